package io.forgemcp.gateway.transport;

import static io.forgemcp.gateway.transport.ScriptedHttpServer.json;
import static io.forgemcp.gateway.transport.ScriptedHttpServer.reply;
import static io.forgemcp.gateway.transport.ScriptedHttpServer.stream;
import static io.forgemcp.gateway.transport.ScriptedHttpServer.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a caller is told when the answer is none: what happened, where, and whether the call may have run. */
class StreamableHttpFailuresTest extends StreamableHttpFixture {
    @Test
    void refusedCredentialsNameTheStatusButNotTheBody() throws Exception {
        GatewayException failure = failureOf((request, out, socket) -> reply(out, 401, "", "token abc is wrong"));

        assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_REFUSED);
        assertThat(failure)
                .hasMessageContaining("\"svc\"")
                .hasMessageContaining("401")
                .hasMessageNotContaining("abc");
    }

    @Test
    void anHttpErrorNamesTheStatus() throws Exception {
        GatewayException failure = failureOf((request, out, socket) -> reply(out, 503, "", "<html>busy</html>"));

        assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_PROTOCOL);
        assertThat(failure).hasMessageContaining("503").hasMessageNotContaining("html");
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        try (ScriptedHttpServer elsewhere = new ScriptedHttpServer((request, out, socket) -> json(out, RESULT));
                ScriptedHttpServer server = new ScriptedHttpServer(
                        (request, out, socket) -> reply(out, 307, "Location: " + elsewhere.uri("/mcp") + "\r\n", ""))) {
            open(server).send(call(), receiver);

            assertThat(receiver.failure()).hasMessageContaining("307");
            assertThat(elsewhere.requests).isEmpty();
        }
    }

    @Test
    void anotherContentTypeIsNotMcp() throws Exception {
        GatewayException failure = failureOf(
                (request, out, socket) -> reply(out, 200, "Content-Type: text/html\r\n", "<html>hello</html>"));

        assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_PROTOCOL);
        assertThat(failure).hasMessageContaining("text/html");
    }

    @Test
    void garbageThatClaimsToBeJsonIsNotMcp() throws Exception {
        assertThat(failureOf((request, out, socket) -> json(out, "{\"jsonrpc\":"))
                        .code())
                .isEqualTo(ErrorCode.UPSTREAM_PROTOCOL);
    }

    @Test
    void aJsonAnswerWhoseErrorIsNoneIsNotMcp() throws Exception {
        GatewayException failure = failureOf((request, out, socket) ->
                json(out, "{\"jsonrpc\":\"2.0\",\"id\":5,\"error\":{\"code\":\"x\",\"message\":\"m\"}}"));

        assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_PROTOCOL);
        assertThat(failure).hasMessageContaining("integer \"code\" and a string \"message\"");
    }

    @Test
    void somethingThatIsNotHttpLeavesTheOutcomeUnknown() throws Exception {
        GatewayException failure = failureOf((request, out, socket) -> {
            write(out, "SSH-2.0-OpenSSH_9.6\r\n\r\n");
            socket.close();
        });

        assertThat(failure.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
    }

    @Test
    void aConnectionThatBreaksBeforeTheAnswerLeavesTheOutcomeUnknown() throws Exception {
        assertThat(failureOf((request, out, socket) -> socket.close()).code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
    }

    @Test
    void whoeverLearnsHowTheServerEndedHasAMomentToSaySoBeforeABrokenConnectionIsTold() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> socket.close())) {
            UpstreamChannel channel = openLocal(server, Duration.ofMillis(700));
            RecordingReceiver givenUp = new RecordingReceiver();
            UpstreamChannel.Exchange ended = channel.send(call(), givenUp);
            channel.send(call(), receiver);
            await().until(() -> timers.waiting() == 2);

            ended.cancel();
            timers.advance(Duration.ofMillis(700));
            assertThat(receiver.failure().code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
            assertThat(givenUp.end).isNotDone();
        }
    }

    @Test
    void aBodyThatBreaksOffLeavesTheOutcomeUnknown() throws Exception {
        GatewayException failure = failureOf((request, out, socket) -> {
            write(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"jsonrpc\"");
            socket.close();
        });

        assertThat(failure.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
    }

    @Test
    void nobodyListeningIsUnreachableAndSaysWhereWithoutThePath() throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0)) {
            port = taken.getLocalPort();
        }
        open(URI.create("http://127.0.0.1:" + port + "/mcp?key=s3cret"), Map.of(), TransportSettings.DEFAULT)
                .send(call(), receiver);

        GatewayException failure = receiver.failure();
        assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_UNREACHABLE);
        assertThat(failure).hasMessageContaining("127.0.0.1:" + port).hasMessageNotContaining("s3cret");
    }

    @Test
    void anAnswerBeyondTheLimitIsCutOff() throws Exception {
        TransportSettings small = new TransportSettings(2048, 2048, Duration.ofSeconds(1), Duration.ofSeconds(1));
        for (boolean asStream : new boolean[] {false, true}) {
            try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> {
                if (asStream) {
                    stream(out);
                    write(out, "data: " + "x".repeat(5000) + "\n\n");
                } else {
                    json(out, "\"" + "x".repeat(5000) + "\"");
                }
            })) {
                RecordingReceiver answer = new RecordingReceiver();
                open(server.uri("/mcp"), Map.of(), small).send(call(), answer);

                assertThat(answer.failure().code()).isEqualTo(ErrorCode.UPSTREAM_PROTOCOL);
                assertThat(answer.failure()).hasMessageContaining("2048");
                assertThat(answer.endedTwice).isFalse();
            }
        }
    }
}
