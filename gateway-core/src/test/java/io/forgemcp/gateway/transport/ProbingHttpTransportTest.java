package io.forgemcp.gateway.transport;

import static io.forgemcp.gateway.transport.ScriptedHttpServer.json;
import static io.forgemcp.gateway.transport.ScriptedHttpServer.reply;
import static io.forgemcp.gateway.transport.ScriptedHttpServer.stream;
import static io.forgemcp.gateway.transport.ScriptedHttpServer.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.ManualTimers;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProbingHttpTransportTest {
    private static final String RESULT = "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}";

    private final HttpExchanger http = new JdkHttpExchanger();
    private final RecordingReceiver listener = new RecordingReceiver();
    private final RecordingReceiver receiver = new RecordingReceiver();
    private final CountDownLatch over = new CountDownLatch(1);

    @AfterEach
    void close() {
        over.countDown();
        http.close();
    }

    private final ManualTimers timers = new ManualTimers();
    private final ProbingHttpTransport transport = new ProbingHttpTransport(http, timers);

    private UpstreamChannel initialize(ScriptedHttpServer server) {
        UpstreamChannel channel = transport
                .open("svc", new InstanceAddress.Http(server.uri("/mcp"), Map.of(), WireProtocol.HTTP_PROBED), listener)
                .toCompletableFuture()
                .join();
        channel.send(
                Outgoing.request(
                        "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"initialize\"}".getBytes(StandardCharsets.UTF_8),
                        "initialize",
                        5),
                receiver);
        return channel;
    }

    @Test
    void aServerThatTakesThePostIsStreamableHttp() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> json(out, RESULT))) {
            initialize(server);

            assertThat(receiver.ended().messages).containsExactly(RESULT);
        }
    }

    @Test
    void aServerThatRefusesThePostIsTriedAsHttpWithSse() throws Exception {
        AtomicReference<OutputStream> events = new AtomicReference<>();
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> {
            if (request.method().equals("GET")) {
                stream(out);
                events.set(out);
                write(out, "event: endpoint\ndata: /post\n\n");
                waitForEnd();
            } else if (request.path().equals("/post")) {
                reply(out, 202, "", "");
                write(events.get(), "data: " + RESULT + "\n\n");
            } else {
                reply(out, 405, "", "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,\"message\":\"no\"}}");
            }
        })) {
            initialize(server);

            assertThat(listener.firstMessage()).isEqualTo(RESULT);
            assertThat(server.requests)
                    .extracting(request -> request.method() + " " + request.path())
                    .containsExactly("POST /mcp", "GET /mcp", "POST /post");
        }
    }

    @Test
    void aServerKnownToSpeakHttpWithSseIsNotProbedAgainForAWhile() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> {
            if (request.method().equals("GET")) {
                stream(out);
                write(out, "event: endpoint\ndata: /post\n\n");
                waitForEnd();
            } else {
                reply(out, request.path().equals("/post") ? 202 : 405, "", "");
            }
        })) {
            openUntilThePostIsTaken(server, 1);
            openUntilThePostIsTaken(server, 2);
            assertThat(probes(server)).isEqualTo(1);

            timers.advance(Duration.ofMinutes(11));
            openUntilThePostIsTaken(server, 3);
            assertThat(probes(server)).isEqualTo(2);
        }
    }

    private void openUntilThePostIsTaken(ScriptedHttpServer server, int times) {
        initialize(server);
        await().until(() -> server.requests.stream()
                        .filter(request -> request.path().equals("/post"))
                        .count()
                == times);
    }

    private static long probes(ScriptedHttpServer server) {
        return server.requests.stream()
                .filter(request ->
                        request.path().equals("/mcp") && request.method().equals("POST"))
                .count();
    }

    @Test
    void aServerThatSpeaksNeitherIsReportedAsItRefusedTheNewerOne() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer(
                (request, out, socket) -> reply(out, request.method().equals("GET") ? 406 : 404, "", ""))) {
            initialize(server);

            assertThat(receiver.failure()).hasMessageContaining("404").hasMessageContaining("initialize");
        }
    }

    @Test
    void aServerThatRefusesOurCredentialsIsNotTriedAgain() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> reply(out, 401, "", ""))) {
            initialize(server);

            assertThat(receiver.failure()).hasMessageContaining("401");
            assertThat(server.requests).hasSize(1);
        }
    }

    private void waitForEnd() {
        try {
            over.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
