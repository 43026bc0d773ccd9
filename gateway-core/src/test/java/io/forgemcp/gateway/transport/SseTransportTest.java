package io.forgemcp.gateway.transport;

import static io.forgemcp.gateway.transport.ScriptedHttpServer.reply;
import static io.forgemcp.gateway.transport.ScriptedHttpServer.stream;
import static io.forgemcp.gateway.transport.ScriptedHttpServer.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.WireProtocol;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SseTransportTest {
    private static final String RESULT = "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}";

    private final HttpExchanger http = new JdkHttpExchanger();
    private final RecordingReceiver listener = new RecordingReceiver();
    private final RecordingReceiver receiver = new RecordingReceiver();
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<OutputStream> events = new AtomicReference<>();

    @AfterEach
    void close() {
        over.countDown();
        http.close();
    }

    private UpstreamChannel open(ScriptedHttpServer server) throws Exception {
        return new SseTransport(http)
                .open(
                        "svc",
                        new InstanceAddress.Http(server.uri("/sse"), Map.of("X-Key", "k"), WireProtocol.SSE),
                        listener)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private static Outgoing call() {
        return Outgoing.request(
                "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\"}".getBytes(StandardCharsets.UTF_8),
                "tools/call",
                5);
    }

    /** A server whose stream names this endpoint and stays open, and that answers what is posted like that. */
    private ScriptedHttpServer server(String endpoint, int postStatus) throws IOException {
        return new ScriptedHttpServer((request, out, socket) -> {
            if (request.method().equals("GET")) {
                stream(out);
                events.set(out);
                write(out, "event: endpoint\ndata: " + endpoint + "\n\n");
                waitForEnd();
            } else {
                reply(out, postStatus, "", "");
                if (postStatus == 202) {
                    write(events.get(), "event: message\ndata: " + RESULT + "\n\n");
                }
            }
        });
    }

    private void waitForEnd() {
        try {
            over.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void messagesArePostedToTheNamedEndpointAndAnsweredOnTheStream() throws Exception {
        try (ScriptedHttpServer server = server("/message?sessionId=7", 202)) {
            open(server).send(call(), receiver);

            assertThat(listener.firstMessage()).isEqualTo(RESULT);
            assertThat(server.requests.get(1).path()).isEqualTo("/message?sessionId=7");
            assertThat(server.requests.get(1).headers()).containsEntry("X-Key", "k");
            assertThat(receiver.end).isNotDone();
        }
    }

    @Test
    void anEndpointAtAnotherOriginIsRefused() throws Exception {
        for (String elsewhere :
                new String[] {"http://127.0.0.2/message", "http://169.254.169.254/latest", "//evil/x"}) {
            try (ScriptedHttpServer server = server(elsewhere, 202)) {
                assertThatThrownBy(() -> open(server))
                        .cause()
                        .isInstanceOfSatisfying(
                                GatewayException.class,
                                failure -> assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_PROTOCOL))
                        .hasMessageContaining("origin");
                assertThat(server.requests).hasSize(1);
            }
        }
    }

    @Test
    void aPostThatIsRefusedAsUnknownMeansTheSessionIsLost() throws Exception {
        try (ScriptedHttpServer server = server("/message", 404)) {
            open(server).send(call(), receiver);

            assertThat(receiver.failure().code()).isEqualTo(ErrorCode.SESSION_NOT_FOUND);
        }
    }

    @Test
    void theEndOfTheStreamIsTheEndOfTheConversation() throws Exception {
        try (ScriptedHttpServer server = server("/message", 202)) {
            UpstreamChannel channel = open(server);
            over.countDown();
            server.close();

            assertThat(listener.failure()).hasMessageContaining("\"svc\"");
            channel.send(call(), receiver);
            assertThat(receiver.failure().code()).isEqualTo(ErrorCode.UPSTREAM_UNREACHABLE);
        }
    }

    @Test
    void aServerWithoutSuchAStreamSaysSo() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> reply(out, 404, "", ""))) {
            assertThatThrownBy(() -> open(server)).hasMessageContaining("404");
        }
    }
}
