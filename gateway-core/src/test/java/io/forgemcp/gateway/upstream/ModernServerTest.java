package io.forgemcp.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Era;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.ParameterHeaders;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversations with servers of revision 2026-07-28, and how it is found out that they are. */
class ModernServerTest extends ModernConversation {
    @Test
    void aServerThatAnswersDiscoverIsSpokenToWithoutASession() {
        RecordingCall call = send(OLD, "tools/call", "\"name\":\"x\",\"arguments\":{\"a\":1.0}");
        assertThat(server.lastCall().message.method()).isEqualTo("server/discover");
        assertThat(server.lastCall().headers)
                .containsExactly("MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "server/discover");
        server.calls.remove(0).answer(DISCOVERED);

        ManualServer.Received sent = server.lastCall();
        assertThat(sent.headers)
                .containsExactly("MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", "x");
        JsonSlice params = sent.message.get(Field.PARAMS);
        assertThat(params.member("arguments")).hasToString("{\"a\":1.0}");
        assertThat(params.member("_meta"))
                .hasToString("{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                        + "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"forge-mcp-gateway\",\"version\":\"0.1.0\"},"
                        + "\"io.modelcontextprotocol/clientCapabilities\":{\"elicitation\":{}}}");
        sent.answer("7");
        assertThat(call.result()).isEqualTo("7");
        assertThat(server.handshakes).isEmpty();
        assertThat(server.notifications).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"error\":{\"code\":-32601,\"message\":\"?\"}",
                "\"error\":{\"code\":-32602,\"message\":\"Received request before initialization\"}",
                "\"error\":{\"code\":-32000,\"message\":\"no session\"}",
                "\"error\":{\"code\":-32020,\"message\":\"?\"}",
                "\"error\":{\"code\":-32021,\"message\":\"?\"}",
                "\"error\":{\"code\":-32022,\"message\":\"?\"}",
                "\"error\":{\"code\":-32022,\"message\":\"?\",\"data\":{\"supported\":[\"2025-11-25\"]}}",
                "\"error\":{\"code\":-32603,\"message\":\"?\"}",
                "\"result\":{}",
                "\"result\":{\"supportedVersions\":[\"2027-01-01\"]}",
                "\"result\":{\"supportedVersions\":\"2026-07-28\"}"
            })
    void anyOtherAnswerMeansThatItWantsToBeInitialized(String answer) {
        server.shakesHands = true;
        RecordingCall call = send(NEW, "tools/call", "\"name\":\"x\"");

        ManualServer.Received probe = server.calls.remove(0);
        probe.say("{\"jsonrpc\":\"2.0\",\"id\":" + probe.message.requireId() + "," + answer + "}");
        probe.receiver.onEnd();

        assertInitialized(call);
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"UPSTREAM_PROTOCOL", "UPSTREAM_REFUSED", "OUTCOME_UNKNOWN", "SESSION_NOT_FOUND"})
    void soDoesAnyRefusalOfTheTransport(ErrorCode code) {
        server.shakesHands = true;
        RecordingCall call = send(NEW, "tools/call", "\"name\":\"x\"");

        server.calls.remove(0).receiver.onFailure(new GatewayException(code, "refused"));

        assertInitialized(call);
    }

    @Test
    void soDoesSilence() {
        server.shakesHands = true;
        RecordingCall call = send(NEW, "tools/call", "\"name\":\"x\"");
        server.calls.clear();

        timers.advance(Duration.ofSeconds(11));

        assertInitialized(call);
    }

    private void assertInitialized(RecordingCall call) {
        assertThat(server.handshakes).hasSize(1);
        assertThat(server.lastCall().headers).isEmpty();
        assertThat(server.lastCall().message.get(Field.PARAMS)).hasToString("{\"name\":\"x\"}");
        server.lastCall().answer("1");
        assertThat(call.result()).isEqualTo("1");
    }

    @Test
    void aServerThatNamesTheRevisionInItsRefusalIsAskedOnceMore() {
        server.shakesHands = true;
        RecordingCall call = send(NEW, "tools/call", "\"name\":\"x\"");
        for (int i = 0; i < 2; i++) {
            assertThat(server.lastCall().message.method()).isEqualTo("server/discover");
            if (i == 0) {
                error(
                        server.calls.remove(0),
                        "{\"code\":-32022,\"message\":\"?\",\"data\":{\"supported\":[\"2026-07-28\"]}}");
            }
        }
        server.calls.remove(0).answer(DISCOVERED);
        server.lastCall().answer("1");

        assertThat(call.result()).isEqualTo("1");
        assertThat(server.handshakes).isEmpty();
    }

    @Test
    void whatWasFoundOutIsRememberedForAWhile() {
        send(OLD, "tools/call", "\"name\":\"x\"");
        server.calls.remove(0).answer(DISCOVERED);
        send(NEW, "tools/call", "\"name\":\"x\",\"_meta\":" + META);
        upstreams.closeClient(OLD.key());
        send(OLD, "tools/call", "\"name\":\"x\"");
        assertThat(server.calls)
                .as("calls go straight away")
                .allMatch(sent -> sent.message.method().equals("tools/call"));

        timers.advance(Duration.ofMinutes(31));
        upstreams.closeClient(OLD.key());
        RecordingCall call = new RecordingCall();
        upstreams.send(target(), OLD, request("tools/call", "\"name\":\"x\""), call);

        assertThat(server.lastCall().message.method()).isEqualTo("initialize");
    }

    @Test
    void serversInsideTheProcessAreNotAsked() {
        server.shakesHands = true;
        RecordingCall call = new RecordingCall();
        UpstreamTarget target = new UpstreamTarget(
                target().service(),
                target().instance(),
                new InstanceAddress.Http(URI.create("http://svc.test/sse"), Map.of(), WireProtocol.SSE));
        upstreams.send(target, OLD, request("tools/call", "\"name\":\"x\""), call);

        assertThat(server.handshakes).hasSize(1);
    }

    @Test
    void aServerOfBothGenerationsIsSpokenToAsItsClientSpeaks() {
        server.shakesHands = true;
        RecordingCall old = send(OLD, "tools/call", "\"name\":\"x\"");
        assertThat(server.handshakes).hasSize(1);
        assertThat(server.lastCall().headers).isEmpty();
        server.lastCall().answer("1");

        RecordingCall fresh = send(NEW, "tools/call", "\"name\":\"x\",\"_meta\":" + META);
        server.lastCall().answer(DISCOVERED);
        assertThat(server.lastCall().headers).contains("Mcp-Method", "tools/call");
        server.lastCall().answer("2");

        assertThat(old.result()).isEqualTo("1");
        assertThat(fresh.result()).isEqualTo("2");
    }

    @Test
    void aClientMayPreferTheOtherGenerationForSomeCallsAndWhatIsItsOwnStaysInItsSession() {
        server.shakesHands = true;
        send(OLD, "tools/call", "\"name\":\"x\"");
        server.lastCall().answer("1");
        UpstreamSession first = upstreams.own(target().service().name(), OLD.key());

        RecordingCall task = send(OLD.preferring(Era.MODERN), "tools/call", "\"name\":\"x\",\"task\":{\"ttl\":1}");
        server.lastCall().answer(DISCOVERED);

        assertThat(server.lastCall().headers).contains("Mcp-Method", "tools/call");
        JsonSlice params = server.lastCall().message.get(Field.PARAMS);
        assertThat(params.member("task")).isNull();
        assertThat(params.member("_meta").member("io.modelcontextprotocol/clientCapabilities"))
                .hasToString("{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}},\"elicitation\":{}}");
        server.lastCall().answer("2");
        assertThat(task.result()).isEqualTo("2");
        assertThat(upstreams.own(target().service().name(), OLD.key()))
                .isNotNull()
                .isSameAs(first);
        assertThat(server.handshakes).hasSize(1);
    }

    @Test
    void aServerThatSpeaksNeitherIsReportedWithWhatItSaidToTheOlder() {
        RecordingCall call = send(OLD, "tools/call", "\"name\":\"x\"");
        error(server.calls.remove(0), "{\"code\":-32601,\"message\":\"?\"}");

        assertThat(call.failure()).hasMessageContaining("refused to initialize").hasMessageContaining("no such method");
    }

    @Test
    void aServerThatIsNoLongerModernIsFoundOutByItsRefusalAndTheCallIsRepeated() {
        server.shakesHands = true;
        RecordingCall first = send(NEW, "tools/call", "\"name\":\"x\"");
        server.calls.remove(0).answer(DISCOVERED);
        server.lastCall().receiver.onFailure(new GatewayException(ErrorCode.SESSION_NOT_FOUND, "HTTP 400"));

        assertThat(server.lastCall().message.method()).isEqualTo("server/discover");
        error(server.lastCall(), "{\"code\":-32000,\"message\":\"no session\"}");
        assertThat(server.handshakes).hasSize(1);
        server.lastCall().answer("1");
        assertThat(first.result()).isEqualTo("1");
    }

    @Test
    void aServerThatDropsTheRevisionIsAskedAgainWhatItSpeaks() {
        server.shakesHands = true;
        RecordingCall call = send(NEW, "tools/call", "\"name\":\"x\"");
        server.calls.remove(0).answer(DISCOVERED);
        error(server.lastCall(), "{\"code\":-32022,\"message\":\"?\",\"data\":{\"supported\":[\"2025-11-25\"]}}");

        assertThat(server.lastCall().message.method()).isEqualTo("server/discover");
        error(server.lastCall(), "{\"code\":-32601,\"message\":\"?\"}");
        server.lastCall().answer("1");
        assertThat(call.result()).isEqualTo("1");
    }

    @Test
    void aServerThatRefusesTheRevisionItNamesIsToldOfInItsOwnWords() {
        RecordingCall call = send(NEW, "tools/call", "\"name\":\"x\"");
        for (int i = 0; i < 2; i++) {
            server.calls.remove(0).answer(DISCOVERED);
            error(server.calls.remove(0), "{\"code\":-32022,\"message\":\"?\"}");
        }

        assertThat(call.failure().code()).isEqualTo(ErrorCode.UPSTREAM_PROTOCOL);
        assertThat(call.failure())
                .hasMessageContaining("-32022")
                .hasMessageContaining("did not run")
                .hasMessageNotContaining("session");
    }

    @Test
    void aModernClientsOwnWordsPassThrough() {
        RecordingCall call = send(NEW, "tools/call", "\"name\":\"x\",\"requestState\":\"s\\u0041\",\"_meta\":" + META);
        server.calls.remove(0).answer(DISCOVERED);

        ManualServer.Received sent = server.lastCall();
        String number = sent.message.requireId().json();
        assertThat(sent.message.get(Field.PARAMS))
                .hasToString("{\"name\":\"x\",\"requestState\":\"s\\u0041\",\"_meta\":"
                        + META.replace("\"progressToken\":\"p\"", "\"progressToken\":" + number) + "}");
        sent.say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":" + number
                + ",\"progress\":1}}");
        sent.answer("{\"resultType\":\"input_required\",\"requestState\":\"x\\u0041\"}");

        assertThat(call.result()).isEqualTo("{\"resultType\":\"input_required\",\"requestState\":\"x\\u0041\"}");
        assertThat(call.notifications)
                .singleElement()
                .satisfies(progress -> assertThat(progress.get(Field.PROGRESS)).hasToString("\"p\""));
    }

    @Test
    void aServerIsNotToldOfTasksForAClientWithASession() {
        ClientProfile client = new ClientProfile(
                new ClientKey("carl"),
                ProtocolVersion.V2025_11_25,
                JsonSlice.parse(
                        "{\"extensions\":{\"io.modelcontextprotocol/tasks\":{},\"io.modelcontextprotocol/ui\":{}}}"));
        send(client, "tools/call", "\"name\":\"x\"");
        server.calls.remove(0).answer(DISCOVERED);

        assertThat(server.lastCall().message.get(Field.META).member("io.modelcontextprotocol/clientCapabilities"))
                .hasToString("{\"extensions\":{\"io.modelcontextprotocol/ui\":{}}}");
    }

    @Test
    void aModernClientSaysNothingOfItselfToAServerWithSessions() {
        server.knowsSessionsOnly = true;
        server.shakesHands = true;
        RecordingCall call = send(NEW, "tools/call", "\"name\":\"x\",\"_meta\":" + META);

        ManualServer.Received sent = server.lastCall();
        assertThat(sent.message.get(Field.META))
                .hasToString("{\"progressToken\":" + sent.message.requireId() + ",\"trace\":1.0}");
        assertThat(server.handshakes.get(0).message.get(Field.PARAMS).member("capabilities"))
                .hasToString("{\"sampling\":{}}");
        sent.answer("1");
        assertThat(call.result()).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"requestState\":\"s\"", "\"inputResponses\":{}"})
    void aRetryThatNobodyKnowsNeverReachesAServerWithSessions(String retry) {
        server.knowsSessionsOnly = true;
        server.shakesHands = true;

        RecordingCall call = send(NEW, "tools/call", "\"name\":\"x\"," + retry + ",\"_meta\":" + META);

        assertThat(call.failure().code()).isEqualTo(ErrorCode.REQUEST_STATE_INVALID);
        assertThat(server.calls).isEmpty();
    }

    @Test
    void namesAndMarkedParametersAreRepeatedInHeaders() {
        ParameterHeaders marked = ParameterHeaders.of(JsonSlice.parse(
                "{\"inputSchema\":{\"properties\":{\"r\":{\"type\":\"string\",\"x-mcp-header\":\"Region\"}}}}"));
        RecordingCall call = new RecordingCall();
        Message message = request("tools/call", "\"name\":\"s-x\",\"arguments\":{\"r\":\"Zürich\"}")
                .message();
        upstreams.send(
                target(),
                OLD,
                new UpstreamRequest(message, EchoServer.text("\"é\""), Duration.ofSeconds(30), marked),
                call);
        refuseInitialize();
        server.calls.remove(0).answer(DISCOVERED);

        assertThat(server.lastCall().headers)
                .containsSequence("Mcp-Name", "=?base64?w6k=?=", "Mcp-Param-Region", "=?base64?WsO8cmljaA==?=");
    }

    @Test
    void givingUpClosesTheResponseAndSaysNothing() {
        RecordingCall call = new RecordingCall();
        Call handle = upstreams.send(target(), OLD, request("tools/call", "\"name\":\"x\""), call);
        refuseInitialize();
        server.calls.remove(0).answer(DISCOVERED);

        handle.cancel("enough");

        assertThat(server.lastCall().cancelled).isTrue();
        assertThat(server.notifications).isEmpty();
        assertThat(call.failure().code()).isEqualTo(ErrorCode.CANCELLED);
    }

    @Test
    void overStandardStreamsOfOneClientWithASessionTheServerIsInitialized() {
        server.shakesHands = true;
        RecordingCall call = new RecordingCall();

        upstreams.send(stdio(Isolation.SESSION), OLD, request("tools/call", "\"name\":\"x\""), call);

        assertThat(server.handshakes).hasSize(1);
        server.lastCall().answer("7");
        assertThat(call.result()).isEqualTo("7");
    }

    @Test
    void overStandardStreamsOfOneModernClientTheServerIsAskedWhatItIs() {
        upstreams.send(stdio(Isolation.SESSION), NEW, request("tools/call", "\"name\":\"x\""), new RecordingCall());

        assertThat(server.lastCall().message.method()).isEqualTo("server/discover");
        assertThat(server.handshakes).isEmpty();
    }

    @Test
    void overStandardStreamsGivingUpHasToBeSaid() {
        RecordingCall call = new RecordingCall();
        Call handle = upstreams.send(stdio(Isolation.SHARED), OLD, request("tools/call", "\"name\":\"x\""), call);
        server.calls.remove(0).answer(DISCOVERED);

        handle.cancel("enough");

        assertThat(server.notificationTexts()).hasSize(1).allMatch(text -> text.startsWith("notifications/cancelled"));
        assertThat(call.failure().code()).isEqualTo(ErrorCode.CANCELLED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"})
    void whatModernServersDoNotHaveTheGatewayAnswers(String method) {
        RecordingCall call = send(OLD, method, "\"uri\":\"test://a\",\"level\":\"info\"");
        server.calls.remove(0).answer(DISCOVERED);

        assertThat(call.result()).isEqualTo("{}");
        assertThat(server.calls).noneMatch(sent -> sent.message.method().equals(method));
    }
}
