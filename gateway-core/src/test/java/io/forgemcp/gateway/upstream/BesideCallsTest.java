package io.forgemcp.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.service.Isolation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server says beside all calls, as everything is over standard streams. */
class BesideCallsTest extends ManualUpstreams {
    private static final ClientProfile MODERN =
            new ClientProfile(new ClientKey("carl"), ProtocolVersion.LATEST, JsonSlice.parse("{}"));
    private static final String WANTS_LOGS = ",\"_meta\":{\"io.modelcontextprotocol/logLevel\":\"info\"}";
    private static final Message LOGGED = Message.parse(EchoServer.text("{\"jsonrpc\":\"2.0\","
            + "\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":\"x\"}}"));
    private static final GatewayException NO_MESSAGE =
            new GatewayException(ErrorCode.INVALID_REQUEST, "A message needs exactly one of them.");

    @Test
    void whatIsLoggedBelongsToTheOnlyCallOfAModernClientThatWantsToHearIt() {
        RecordingCall deaf = call(Isolation.SESSION, "");
        RecordingCall hearing = call(Isolation.SESSION, WANTS_LOGS);

        log();

        assertThat(hearing.notifications).containsExactly(LOGGED);
        assertThat(deaf.notifications).isEmpty();
        assertThat(heard).isEmpty();
    }

    @Test
    void whatIsLoggedWhileTwoCallsWantToHearItBelongsToNeither() {
        RecordingCall one = call(Isolation.SESSION, WANTS_LOGS);
        RecordingCall another = call(Isolation.SESSION, WANTS_LOGS);

        log();

        assertThat(one.notifications).isEmpty();
        assertThat(another.notifications).isEmpty();
        assertThat(heard).containsExactly("svc carl notifications/message");
    }

    @Test
    void whatIsLoggedAfterTheAnswerBelongsToNoCall() {
        RecordingCall call = call(Isolation.SESSION, WANTS_LOGS);
        server.lastCall().answer("1");

        log();

        assertThat(call.notifications).isEmpty();
        assertThat(heard).containsExactly("svc carl notifications/message");
    }

    @Test
    void whatIsLoggedInAConversationOfAllBelongsToNoCall() {
        RecordingCall call = call(Isolation.SHARED, WANTS_LOGS);

        log();

        assertThat(call.notifications).isEmpty();
        assertThat(heard).containsExactly("svc gateway notifications/message");
    }

    private static final String UPDATED = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\","
            + "\"params\":{\"uri\":\"test://a\"}}";

    private RecordingCall update(ClientProfile client, Isolation isolation) {
        RecordingCall call = send(http(isolation), client);
        server.lastCall().say(UPDATED);
        return call;
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void anUpdateOnTheResponseToAClientWithoutASessionIsForWhoListens(Isolation isolation) {
        assertThat(update(MODERN, isolation).notifications).isEmpty();
        assertThat(heard)
                .containsExactly("svc " + (isolation == Isolation.SHARED ? "gateway" : "carl")
                        + " notifications/resources/updated");
    }

    @Test
    void anUpdateOnAResponseInAConversationOfAllIsForAllWhoSubscribed() {
        assertThat(update(ANNE, Isolation.SHARED).notifications).isEmpty();
        assertThat(heard).containsExactly("svc gateway notifications/resources/updated");
    }

    @Test
    void anUpdateOnTheResponseToAClientWithASessionOfItsOwnReachesItThere() {
        assertThat(update(ANNE, Isolation.SESSION).notifications).hasSize(1);
        assertThat(heard).isEmpty();
    }

    @Test
    void whatIsLoggedForAClientWithASessionGoesToTheSession() {
        RecordingCall call = send(stdio(Isolation.SESSION), ANNE);

        log();

        assertThat(call.notifications).isEmpty();
        assertThat(heard).containsExactly("svc anne notifications/message");
    }

    @Test
    void anAnswerThatIsNoneEndsItsCallAtOnceAndNoOther() {
        RecordingCall broken = send(stdio(Isolation.SHARED), ANNE);
        String id = server.lastCall().message.requireId().json();
        RecordingCall other = send(stdio(Isolation.SHARED), BOB);

        boolean told = unreadable("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"value\":1}");

        assertThat(told).isTrue();
        assertThat(broken.failure().code()).isEqualTo(ErrorCode.UPSTREAM_PROTOCOL);
        assertThat(broken.failure())
                .hasMessage("Service \"svc\" answered tools/call \"say\" with no valid MCP message: "
                        + "A message needs exactly one of them.");
        assertThat(other.answer).isNotDone();
        server.lastCall().answer("2");
        assertThat(other.result()).isEqualTo("2");
    }

    @Test
    void anAnswerThatIsTooLongEndsItsCallWithTheLimit() {
        RecordingCall call = send(stdio(Isolation.SHARED), ANNE);
        String id = server.lastCall().message.requireId().json();

        server.channels
                .get(0)
                .listener
                .onUnreadable(
                        EchoServer.text("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{}}"),
                        new GatewayException(ErrorCode.BODY_TOO_LARGE, "A line is longer than 64 bytes."));

        assertThat(call.failure().code()).isEqualTo(ErrorCode.UPSTREAM_PROTOCOL);
        assertThat(call.failure())
                .hasMessage("Service \"svc\" answered tools/call \"say\" with too much at once: "
                        + "A line is longer than 64 bytes.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'jsonrpc':'2.0','id':ID,'result':{'n':NaN}}",
                "{'jsonrpc':'2.0','id':ID,'result':{'content':[",
                "{'jsonrpc':'2.0','id':ID,'result':{},'x':}",
                "{'jsonrpc':'2.0','id':999999,'id':ID,'result':{}}",
                "{'jsonrpc':'2.0','id':ID,'method':5,'result':{}}",
                "{'jsonrpc':'1.0','id':ID,'result':{}}",
                "{'result':{'t':'\\x'},'id':ID}",
                "[{'jsonrpc':'2.0','id':999999,'result':{}},{'jsonrpc':'2.0','id':ID,'result':NaN}]",
                "{'jsonrpc':'2.0','id':ID,'error':'boom'}",
                "{'jsonrpc':'2.0','id':ID,'error':'boom','level':'error'}",
                "{'jsonrpc':null,'id':ID,'result':5}",
                "{'id':ID,'result':{'n':NaN}}",
                "{'id':ID,'result':{'content':[",
                "{'error':{'code':1,'message':'boom'},'id':ID}",
                "{'id':ID,'result':{},'error':null}"
            })
    void anAnswerFromWhichItsCallCanBeToldEndsItHoweverBrokenItIs(String text) {
        RecordingCall call = send(stdio(Isolation.SHARED), ANNE);
        String id = server.lastCall().message.requireId().json();

        assertThat(unreadable(text.replace('\'', '"').replace("ID", id))).isTrue();

        assertThat(call.failure().code()).isEqualTo(ErrorCode.UPSTREAM_PROTOCOL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"jsonrpc\":\"2.0\",\"id\":ID",
                "{\"jsonrpc\":\"2.0\",\"id\":ID,\"params\":[]}",
                "{\"jsonrpc\":\"2.0\",\"id\":ID,\"method\":\"ping\",\"params\":[]}",
                "{\"jsonrpc\":\"2.0\",\"id\":ID,\"method\":\"ping\",\"result\":{}}",
                "{\"result\":{\"id\":ID,",
                "log: {\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":{}}",
                "",
                "hello",
                "{",
                "{}",
                "[{\"id\":1}]",
                "{\"id\":null}",
                "{\"id\":\"ID\"}",
                "{\"id\":ID.0}",
                "{\"id\":-1}",
                "{\"id\":99999999999999999999}",
                "{\"id\":1}",
                "{\"id\":ID,\"method\":7}",
                "{\"id\":ID}",
                "{\"id\":ID,\"level\":\"info\",\"msg\":\"x\"}",
                "{\"time\":\"x\",\"id\":ID,\"error\":\"could not open file\"}",
                "{\"id\":ID,\"result\":\"ok\"}",
                "{\"id\":ID,\"result\":[]}",
                "{\"level\":50,\"id\":ID,\"error\":{\"message\":\"no\",\"stack\":\"a.js:1\"}}",
                "{\"id\":ID,\"result\":{\"rows\":5},\"msg\":\"done\"}",
                "[{\"id\":ID,\"level\":\"info\"},{\"id\":ID,\"result\":7}]"
            })
    void whatIsNobodysAnswerEndsNoCall(String text) {
        RecordingCall call = send(stdio(Isolation.SHARED), ANNE);
        String id = server.lastCall().message.requireId().json();

        assertThat(unreadable(text.replace("ID", id))).isFalse();

        assertThat(call.answer).isNotDone();
    }

    private RecordingCall call(Isolation isolation, String meta) {
        RecordingCall call = new RecordingCall();
        upstreams.send(stdio(isolation), MODERN, request("1", meta), call);
        return call;
    }

    private void log() {
        server.channels.get(0).listener.onMessage(LOGGED);
    }

    private boolean unreadable(String text) {
        return server.channels.get(0).listener.onUnreadable(EchoServer.text(text), NO_MESSAGE);
    }
}
