package io.forgemcp.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.ManualTimers;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** A conversation over streamable HTTP with a server that does what the test says, and what came of it. */
abstract class StreamableHttpFixture {
    static final String RESULT = "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{\"a\":1.0}}";
    static final String PROGRESS =
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":5,\"progress\":1}}";

    final HttpExchanger http = new JdkHttpExchanger();
    final ManualTimers timers = new ManualTimers();
    final RecordingReceiver listener = new RecordingReceiver();
    final RecordingReceiver receiver = new RecordingReceiver();

    @AfterEach
    void close() {
        http.close();
        assertThat(receiver.endedTwice).isFalse();
    }

    UpstreamChannel open(URI url, Map<String, String> headers, TransportSettings settings) {
        return new StreamableHttpTransport(http, timers, settings)
                .open("svc", new InstanceAddress.Http(url, headers, WireProtocol.STREAMABLE_HTTP), listener)
                .toCompletableFuture()
                .join();
    }

    /** Of a server that the gateway runs itself. */
    UpstreamChannel openLocal(ScriptedHttpServer server, Duration lastWords) {
        return new StreamableHttpTransport(http, timers, TransportSettings.DEFAULT, lastWords)
                .open(
                        "svc",
                        new InstanceAddress.Http(server.uri("/mcp"), Map.of(), WireProtocol.STREAMABLE_HTTP),
                        listener)
                .toCompletableFuture()
                .join();
    }

    UpstreamChannel open(ScriptedHttpServer server) {
        return open(server.uri("/mcp"), Map.of(), TransportSettings.DEFAULT);
    }

    static Outgoing call() {
        return Outgoing.request(
                "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\"}".getBytes(StandardCharsets.UTF_8),
                "tools/call",
                5);
    }

    static Outgoing initialize() {
        return Outgoing.request(
                "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"initialize\"}".getBytes(StandardCharsets.UTF_8),
                "initialize",
                5);
    }

    /** A conversation in a session that has begun. */
    UpstreamChannel begun(ScriptedHttpServer server) {
        UpstreamChannel channel = open(server);
        RecordingReceiver handshake = new RecordingReceiver();
        channel.send(initialize(), handshake);
        handshake.ended();
        return channel;
    }

    /** Sends a call to a server that answers every request the same way, and returns why it failed. */
    GatewayException failureOf(ScriptedHttpServer.Script script) throws IOException {
        try (ScriptedHttpServer server = new ScriptedHttpServer(script)) {
            open(server).send(call(), receiver);
            return receiver.failure();
        }
    }

    static void waitFor(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
