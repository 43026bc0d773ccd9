package io.forgemcp.gateway.transport;

import static io.forgemcp.gateway.transport.ScriptedHttpServer.inSession;
import static io.forgemcp.gateway.transport.ScriptedHttpServer.json;
import static io.forgemcp.gateway.transport.ScriptedHttpServer.reply;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What is sent, and answers that come whole. */
class StreamableHttpTransportTest extends StreamableHttpFixture {
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
}
