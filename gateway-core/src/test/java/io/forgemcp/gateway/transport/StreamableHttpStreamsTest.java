package io.forgemcp.gateway.transport;

import static io.forgemcp.gateway.transport.ScriptedHttpServer.inSession;
import static io.forgemcp.gateway.transport.ScriptedHttpServer.json;
import static io.forgemcp.gateway.transport.ScriptedHttpServer.reply;
import static io.forgemcp.gateway.transport.ScriptedHttpServer.stream;
import static io.forgemcp.gateway.transport.ScriptedHttpServer.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that come as a stream of events, streams that end early, and the standing stream. */
class StreamableHttpStreamsTest extends StreamableHttpFixture {
    @Test
    void anAnswerAsAStreamComesMessageByMessage() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> {
            stream(out);
            write(out, "id: p\ndata:\n\nevent: message\ndata: " + PROGRESS + "\n\n");
            waitFor(seen);
            write(out, "data: " + RESULT + "\n\n");
            socket.close();
        })) {
            open(server).send(call(), receiver);

            assertThat(receiver.firstMessage()).isEqualTo(PROGRESS);
            seen.countDown();
            assertThat(receiver.ended().messages).containsExactly(PROGRESS, RESULT);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{\"n\":NaN}}",
                "{\"jsonrpc\":\"2.0\",\"id\":5,\"error\":{\"message\":\"no code\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{\"content\":[",
                "[{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":null}]"
            })
    void aBrokenAnswerInAnEventEndsTheCallAtOnceThoughTheStreamGoesOn(String answer) throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try {
            GatewayException failure = failureOf((request, out, socket) -> {
                stream(out);
                write(out, "data: " + answer + "\n\n");
                holdOpen(over);
            });

            assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_PROTOCOL);
            assertThat(failure).hasMessageContaining("\"svc\" answered tools/call with no valid MCP message");
        } finally {
            over.countDown();
        }
    }

    @Test
    void whatIsBrokenAndNoAnswerInAnEventEndsNoCall() throws Exception {
        String request = "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"ping\",\"params\":[]}";
        String other = "{\"jsonrpc\":\"2.0\",\"id\":6,\"result\":null}";
        try (ScriptedHttpServer server = new ScriptedHttpServer((post, out, socket) -> {
            stream(out);
            write(out, "data: hello\n\ndata: " + request + "\n\ndata: " + other + "\n\ndata: " + RESULT + "\n\n");
            socket.close();
        })) {
            open(server).send(call(), receiver);

            assertThat(receiver.ended().messages).containsExactly(RESULT);
        }
    }

    @Test
    void aStreamThatEndsWithNothingButGarbageIsNotMcp() throws Exception {
        GatewayException failure = failureOf((request, out, socket) -> {
            stream(out);
            write(out, "data: hello\n\n");
            socket.close();
        });

        assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_PROTOCOL);
    }

    @Test
    void aStreamThatBreaksOffLeavesTheOutcomeUnknown() throws Exception {
        GatewayException failure = failureOf((request, out, socket) -> {
            write(
                    out,
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n20\r\ndata: {\"json");
            socket.close();
        });

        assertThat(failure.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
    }

    @Test
    void aStreamThatEndsWithoutTheAnswerEndsWithoutAMessage() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> {
            stream(out);
            write(out, "data: " + RESULT.substring(0, 20));
            socket.close();
        })) {
            open(server).send(call(), receiver);

            assertThat(receiver.ended().messages).isEmpty();
        }
    }

    @Test
    void theStandingStreamIsReopenedWithALongerPauseEachTime() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> {
            stream(out);
            write(out, "data: " + (PROGRESS) + "\n\n");
            socket.close();
        })) {
            UpstreamChannel channel = open(server);
            channel.listen();
            await().until(() -> timers.waiting() == 1);
            assertThat(listener.messages).containsExactly(PROGRESS);
            assertThat(server.requests).singleElement().satisfies(request -> {
                assertThat(request.method()).isEqualTo("GET");
                assertThat(request.headers()).containsEntry("Accept", "text/event-stream");
            });

            timers.advance(Duration.ofSeconds(1));
            await().until(() -> timers.waiting() == 1);
            assertThat(server.requests).hasSize(2);
            channel.close();
            timers.advance(Duration.ofMinutes(5));
            assertThat(server.requests).hasSize(2);
        }
    }

    @Test
    void aServerWithoutAStandingStreamIsLeftInPeace() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> {
            if (request.method().equals("GET")) {
                reply(out, 405, "", "");
            } else {
                json(out, RESULT);
            }
        })) {
            UpstreamChannel channel = open(server);
            channel.listen();
            await().until(() -> server.requests.size() == 1);
            channel.send(call(), receiver);
            receiver.ended();
            timers.advance(Duration.ofMinutes(5));

            assertThat(server.requests)
                    .extracting(ScriptedHttpServer.Request::method)
                    .containsExactly("GET", "POST");
        }
    }

    @Test
    void aStreamThatEndsBeforeTheAnswerIsResumedBehindItsLastEvent() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> {
            stream(out);
            if (request.method().equals("POST")) {
                write(out, "id: e1\nretry: 700\ndata:\n\n");
            } else if (request.headers().get("Last-Event-ID").equals("e1")) {
                write(out, "id: e2\ndata: " + PROGRESS + "\n\n");
            } else {
                write(out, "id: e3\ndata: " + RESULT + "\n\n");
            }
            socket.close();
        })) {
            open(server).send(call(), receiver);
            await().until(() -> timers.waiting() == 1);
            timers.advance(Duration.ofMillis(699));
            assertThat(server.requests).hasSize(1);
            timers.advance(Duration.ofMillis(1));
            await().until(() -> timers.waiting() == 1);
            timers.advance(Duration.ofSeconds(1));

            assertThat(receiver.ended().messages).containsExactly(PROGRESS, RESULT);
            assertThat(receiver.suspensions).isEqualTo(2);
            assertThat(server.requests)
                    .extracting(ScriptedHttpServer.Request::method)
                    .containsExactly("POST", "GET", "GET");
        }
    }

    @Test
    void aServerThatHasForgottenTheStreamEndsItWithoutAnAnswer() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> {
            if (request.method().equals("POST")) {
                stream(out);
                write(out, "id: e1\ndata: " + PROGRESS + "\n\n");
                socket.close();
            } else {
                reply(out, 405, "", "");
            }
        })) {
            open(server).send(call(), receiver);
            await().until(() -> timers.waiting() == 1);
            timers.advance(Duration.ofSeconds(1));

            assertThat(receiver.ended().messages).containsExactly(PROGRESS);
        }
    }

    @Test
    void theSessionsIdIsNoEventThatCouldBeResumedFrom() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer(inSession(RESULT, (request, out, socket) -> {
            stream(out);
            write(out, "id: s-1\ndata: " + PROGRESS + "\n\n");
            socket.close();
        }))) {
            begun(server).send(call(), receiver);

            assertThat(receiver.ended().messages).containsExactly(PROGRESS);
            assertThat(timers.waiting()).isZero();
        }
    }

    private static void holdOpen(CountDownLatch over) {
        try {
            over.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
