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
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.ManualTimers;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamableHttpTransportTest {
    private static final String RESULT = "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{\"a\":1.0}}";
    private static final String PROGRESS =
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":5,\"progress\":1}}";

    private final HttpExchanger http = new JdkHttpExchanger();
    private final ManualTimers timers = new ManualTimers();
    private final RecordingReceiver listener = new RecordingReceiver();
    private final RecordingReceiver receiver = new RecordingReceiver();

    @AfterEach
    void close() {
        http.close();
        assertThat(receiver.endedTwice).isFalse();
    }

    private UpstreamChannel open(URI url, Map<String, String> headers, TransportSettings settings) {
        return new StreamableHttpTransport(http, timers, settings)
                .open("svc", new InstanceAddress.Http(url, headers, WireProtocol.STREAMABLE_HTTP), listener)
                .toCompletableFuture()
                .join();
    }

    private UpstreamChannel open(ScriptedHttpServer server) {
        return open(server.uri("/mcp"), Map.of(), TransportSettings.DEFAULT);
    }

    private static Outgoing call() {
        return Outgoing.request(
                "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\"}".getBytes(StandardCharsets.UTF_8),
                "tools/call",
                5);
    }

    private static Outgoing initialize() {
        return Outgoing.request(
                "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"initialize\"}".getBytes(StandardCharsets.UTF_8),
                "initialize",
                5);
    }

    /** A conversation in a session that has begun. */
    private UpstreamChannel begun(ScriptedHttpServer server) {
        UpstreamChannel channel = open(server);
        RecordingReceiver handshake = new RecordingReceiver();
        channel.send(initialize(), handshake);
        handshake.ended();
        return channel;
    }

    /** Sends a call to a server that answers every request the same way, and returns why it failed. */
    private GatewayException failureOf(ScriptedHttpServer.Script script) throws IOException {
        try (ScriptedHttpServer server = new ScriptedHttpServer(script)) {
            open(server).send(call(), receiver);
            return receiver.failure();
        }
    }

    @Test
    void anAnswerInJsonIsOneMessageAndTheEnd() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> json(out, RESULT))) {
            open(server.uri("/mcp?a=b"), Map.of("Authorization", "Bearer s3cret"), TransportSettings.DEFAULT)
                    .send(call(), receiver);

            assertThat(receiver.ended().messages).containsExactly(RESULT);
            assertThat(server.requests).singleElement().satisfies(request -> {
                assertThat(request.path()).isEqualTo("/mcp?a=b");
                assertThat(request.headers())
                        .containsEntry("Accept", "application/json, text/event-stream")
                        .containsEntry("Content-Type", "application/json")
                        .containsEntry("Authorization", "Bearer s3cret")
                        .doesNotContainKey("MCP-Protocol-Version");
            });
        }
    }

    @Test
    void aMessageBringsHeadersOfItsOwn() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> json(out, RESULT))) {
            Outgoing plain = call();
            open(server)
                    .send(
                            new Outgoing(plain.json(), plain.method(), plain.id(), List.of("Mcp-Method", "tools/call")),
                            receiver);
            receiver.ended();
            assertThat(server.requests)
                    .singleElement()
                    .satisfies(request -> assertThat(request.headers())
                            .containsEntry("Mcp-Method", "tools/call")
                            .containsEntry("Content-Type", "application/json"));
        }
    }

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

    private static void waitFor(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void theSessionAndTheRevisionAreSentFromTheHandshakeOnAndTheSessionIsDeletedAtTheEnd() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) ->
                reply(out, 200, "Content-Type: application/json\r\nMcp-Session-Id: s-1\r\n", RESULT))) {
            UpstreamChannel channel = begun(server);
            channel.protocolVersion("2025-06-18");
            channel.send(call(), receiver);
            receiver.ended();
            channel.close();
            channel.close();

            await().until(() -> server.requests.size() == 3);
            assertThat(server.requests.get(0).headers()).doesNotContainKeys("Mcp-Session-Id", "MCP-Protocol-Version");
            assertThat(server.requests.get(1).headers())
                    .containsEntry("Mcp-Session-Id", "s-1")
                    .containsEntry("MCP-Protocol-Version", "2025-06-18");
            assertThat(server.requests.get(2).method()).isEqualTo("DELETE");
            assertThat(server.requests.get(2).headers()).containsEntry("Mcp-Session-Id", "s-1");
        }
    }

    @Test
    void aForgottenSessionIsSessionNotFoundWhetherTheServerSays404Or400() throws Exception {
        String named =
                "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32000,\"message\":\"Bad Request: No valid session ID provided\"},\"id\":null}";
        for (String refusal : new String[] {"404 ", "400 " + named}) {
            try (ScriptedHttpServer server = new ScriptedHttpServer(inSession(
                    RESULT,
                    (request, out, socket) ->
                            reply(out, Integer.parseInt(refusal.substring(0, 3)), "", refusal.substring(4))))) {
                UpstreamChannel channel = begun(server);
                RecordingReceiver answer = new RecordingReceiver();
                channel.send(call(), answer);

                assertThat(answer.failure().code()).isEqualTo(ErrorCode.SESSION_NOT_FOUND);
                channel.close();
                assertThat(server.requests)
                        .extracting(ScriptedHttpServer.Request::method)
                        .containsOnly("POST");
            }
        }
    }

    @Test
    void aModernRequestForAMethodThatDoesNotExistIsRefusedWith404AndCostsNoSession() throws Exception {
        String refusal = "{\"jsonrpc\":\"2.0\",\"id\":5,\"error\":{\"code\":-32601,\"message\":\"no such method\"}}";
        try (ScriptedHttpServer server = new ScriptedHttpServer(inSession(
                RESULT, (request, out, socket) -> reply(out, 404, "Content-Type: application/json\r\n", refusal)))) {
            begun(server).send(call(), receiver);

            assertThat(receiver.ended().messages.get(0)).contains("-32601");
        }
    }

    @Test
    void aJsonRpcErrorWithAnHttpErrorIsTheAnswerUnderOurId() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer(
                (request, out, socket) -> reply(
                        out,
                        500,
                        "Content-Type: application/json\r\n",
                        "{\"jsonrpc\":\"2.0\",\"id\":\"server-error\",\"error\":{\"code\":-32603,\"message\":\"boom\",\"data\":[1]}}"))) {
            open(server).send(call(), receiver);

            assertThat(receiver.ended().messages)
                    .containsExactly(
                            "{\"jsonrpc\":\"2.0\",\"id\":5,\"error\":{\"code\":-32603,\"message\":\"boom\",\"data\":[1]}}");
        }
    }

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
    void aJsonAnswerWhoseErrorIsNoneIsNotMcp() throws Exception {
        GatewayException failure = failureOf((request, out, socket) ->
                json(out, "{\"jsonrpc\":\"2.0\",\"id\":5,\"error\":{\"code\":\"x\",\"message\":\"m\"}}"));

        assertThat(failure.code()).isEqualTo(ErrorCode.UPSTREAM_PROTOCOL);
        assertThat(failure).hasMessageContaining("integer \"code\" and a string \"message\"");
    }

    private static void holdOpen(CountDownLatch over) {
        try {
            over.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
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
    void aBodyThatBreaksOffLeavesTheOutcomeUnknown() throws Exception {
        GatewayException failure = failureOf((request, out, socket) -> {
            write(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"jsonrpc\"");
            socket.close();
        });

        assertThat(failure.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
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

    @Test
    void aNotificationIsOverWhenTheServerHasAcceptedIt() throws Exception {
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> reply(out, 202, "", ""))) {
            open(server)
                    .send(
                            Outgoing.notification(
                                    "{\"jsonrpc\":\"2.0\",\"method\":\"n\"}".getBytes(StandardCharsets.UTF_8), "n"),
                            receiver);

            assertThat(receiver.ended().messages).isEmpty();
        }
    }

    @Test
    void givingUpClosesTheExchangeAndSilencesIt() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch broken = new CountDownLatch(1);
        try (ScriptedHttpServer server = new ScriptedHttpServer((request, out, socket) -> {
            asked.countDown();
            if (socket.getInputStream().read() < 0) {
                broken.countDown();
            }
        })) {
            UpstreamChannel.Exchange exchange = open(server).send(call(), receiver);
            waitFor(asked);
            exchange.cancel();

            waitFor(broken);
            assertThat(receiver.end).isNotDone();
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
}
