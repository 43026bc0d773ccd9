package io.forgemcp.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.translate.FakeChildren.FakeChild;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A bridge whose sessions have children of their own. */
class BridgeTest {
    private final Bridged bridged = new Bridged();
    private final FakeChildren children = bridged.children;

    @Test
    void twoClientsWithTheSameIdsEachHearTheirOwnChild() {
        String ann = bridged.session();
        FakeChild hers = children.last();
        String bob = bridged.session();
        FakeChild his = children.last();
        Http first = bridged.call(ann, "7");
        Http second = bridged.call(bob, "7");
        his.answer("{'for':'bob'}");
        hers.answer("{'for':'ann'}");
        assertThat(first.json).contains("\"for\":\"ann\"").contains("\"id\":7");
        assertThat(second.json).contains("\"for\":\"bob\"").contains("\"id\":7");
        assertThat(children.all).hasSize(2);
    }

    @Test
    void messagesPassAsTheyAre() {
        String session = bridged.session();
        String odd =
                "{\"x\":1.0,\"jsonrpc\":\"2.0\",\"id\":\"\\u00e9 a\",\"method\":\"vendor/thing\",\"params\":{\"big\":"
                        + "12345678901234567890,\"s\":\"\\ud83d\\ude00\"}}";
        Http asked = bridged.post(session, odd);
        assertThat(new String(children.last().lastRequest().bytes(), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo(odd);
        String answer = "{\"jsonrpc\":\"2.0\",\"id\":\"é a\",\"result\":{\"n\":1.0,\"unknown\":[null]}}";
        children.last().say(answer);
        assertThat(asked.json).isEqualTo(answer);
    }

    @Test
    void theFirstChildIsStartedAheadAndTheFirstClientGetsIt() {
        bridged.bridge.start();
        assertThat(children.all).hasSize(1);
        bridged.session();
        assertThat(children.all).hasSize(1);
        bridged.session();
        assertThat(children.all).hasSize(2);
    }

    @Test
    void anAnswerThatComesFirstIsJsonAndOneThatComesLaterIsOnAStream() {
        String session = bridged.session();
        Http quick = bridged.call(session, "1");
        children.last().answer("{}");
        assertThat(quick.streaming).isFalse();
        Http slow = bridged.call(session, "2");
        children.last().say("{'jsonrpc':'2.0','method':'notifications/message','params':{'level':'info','data':1}}");
        assertThat(slow.events).hasSize(1);
        children.last().answer("{}");
        assertThat(slow.events).hasSize(2);
        assertThat(slow.closed).isTrue();
    }

    @Test
    void progressFollowsItsTokenAmongSeveralCalls() {
        String session = bridged.session();
        String call = "{'jsonrpc':'2.0','id':%s,'method':'tools/call','params':{'_meta':{'progressToken':%s}}}";
        Http number = bridged.post(session, call.formatted("1", "5"));
        Http text = bridged.post(session, call.formatted("2", "'5'"));
        children.last().say("{'jsonrpc':'2.0','method':'notifications/progress','params':{'progressToken':'5'}}");
        assertThat(text.events).hasSize(1);
        assertThat(number.isAnswered()).isFalse();
    }

    @Test
    void aRequestOfTheServerGoesOutOnTheCallAndTheAnswerComesBack() {
        String session = bridged.session();
        Http call = bridged.call(session, "1");
        children.last().say("{'jsonrpc':'2.0','id':0,'method':'sampling/createMessage','params':{}}");
        assertThat(call.events).singleElement().asString().contains("sampling/createMessage");
        Http answer = bridged.post(session, "{'jsonrpc':'2.0','id':0,'result':{'role':'assistant'}}");
        assertThat(answer.status).isEqualTo(202);
        assertThat(children.last().methods()).endsWith("answer");
    }

    @Test
    void whatComesUnaskedWaitsForTheStandingStreamAndIsSentOnce() {
        String session = bridged.session();
        children.last().say("{'jsonrpc':'2.0','method':'notifications/tools/list_changed'}");
        Http first = bridged.get(session);
        assertThat(first.events).hasSize(1);
        Http second = bridged.get(session);
        children.last().say("{'jsonrpc':'2.0','method':'notifications/prompts/list_changed'}");
        assertThat(first.events.size() + second.events.size()).isEqualTo(2);
    }

    @Test
    void aListChangeDuringACallGoesToTheStandingStream() {
        String session = bridged.session();
        Http standing = bridged.get(session);
        Http call = bridged.call(session, "1");
        children.last().say("{'jsonrpc':'2.0','method':'notifications/tools/list_changed'}");
        assertThat(standing.events).hasSize(1);
        children.last().answer("{}");
        assertThat(call.streaming).isFalse();
    }

    @Test
    void aClientThatTakesNoStreamGetsOnlyTheAnswer() {
        String session = bridged.session();
        Http call = Http.post(Bridged.request("1", "tools/call", ""))
                .with("Accept", "application/json")
                .session(session)
                .to(bridged.bridge.streamableHttp());
        children.last().say("{'jsonrpc':'2.0','method':'notifications/message','params':{}}");
        bridged.pass(Duration.ofMinutes(1));
        children.last().answer("{}");
        assertThat(call.streaming).isFalse();
        assertThat(bridged.get(session).events).hasSize(1);
    }

    @Test
    void aCallMayTakeAsLongAsItsClientWaits() {
        String session = bridged.session();
        Http call = bridged.call(session, "1");
        bridged.pass(Duration.ofSeconds(6));
        assertThat(call.streaming)
                .as("a stream, so that comments keep the connection alive")
                .isTrue();
        bridged.pass(Duration.ofDays(3));
        children.last().answer("{'late':true}");
        assertThat(call.events).singleElement().asString().contains("late");
        assertThat(call.closed).isTrue();
    }

    @Test
    void aClientThatGoesAwayCancelsNothing() {
        String session = bridged.session();
        Http call = bridged.call(session, "1");
        call.disconnect();
        assertThat(children.last().methods()).doesNotContain("notifications/cancelled");
        children.last().answer("{}");
        assertThat(call.isAnswered()).isFalse();
        assertThat(bridged.call(session, "1").status).as("the id is free again").isZero();
    }

    @Test
    void aCallThatItsClientCancelsEndsWithoutAnAnswerAndKeepsNoSession() {
        String session = bridged.session();
        Http call = Http.post(Bridged.request("1", "tools/call", "'name':'t'"))
                .session(session)
                .with("MCP-Protocol-Version", "2025-11-25")
                .to(bridged.bridge.streamableHttp());
        bridged.post(session, "{'jsonrpc':'2.0','method':'notifications/cancelled','params':{'requestId':1}}");
        assertThat(children.last().methods()).endsWith("tools/call", "notifications/cancelled");
        assertThat(call.status).isEqualTo(200);
        assertThat(call.streaming && call.closed).isTrue();
        assertThat(call.events).isEmpty();
        assertThat(call.ids).as("nobody can come back to it").isEmpty();
        children.last().answer("{}");
        bridged.pass(Duration.ofHours(1));
        assertThat(bridged.bridge.health().sessions()).isZero();
    }

    @Test
    void aClientThatTakesNoStreamHearsThatItHasCancelled() {
        String session = bridged.session();
        Http call = Http.post(Bridged.request("1", "tools/call", "'name':'t'"))
                .session(session)
                .with("Accept", "application/json")
                .to(bridged.bridge.streamableHttp());
        bridged.post(session, "{'jsonrpc':'2.0','method':'notifications/cancelled','params':{'requestId':1}}");
        assertThat(call.status).isEqualTo(200);
        assertThat(call.json).contains("\"id\":1,", "GW-1506");
    }

    @Test
    void anAnswerThatIsNoMessageEndsItsCallWithAnErrorAndItsIdIsFreeAgain() {
        String session = bridged.session();
        Http call = bridged.call(session, "'a'");
        Http other = bridged.call(session, "2");
        assertThat(bridged.children.last().garble("hello")).isFalse();
        assertThat(bridged.children.last().garble("{'jsonrpc':'2.0','id':9}")).isFalse();
        assertThat(bridged.children.last().garble("{'id':'a','level':'info','error':'none'}"))
                .isFalse();
        assertThat(bridged.children.last().garble("{'jsonrpc':'2.0','id':'a'}")).isTrue();
        assertThat(call.json).contains("\"id\":\"a\"", "GW-1502", "no valid MCP message: No message.");
        assertThat(other.isAnswered()).isFalse();
        Http again = bridged.call(session, "'a'");
        bridged.children.last().answer("{}");
        assertThat(again.json).contains("result");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'jsonrpc':'2.0','id':'a','result':{'n':NaN}}",
                "{'jsonrpc':'2.0','id':'a','result':{'content':[",
                "{'jsonrpc':'2.0','id':8,'id':'\\u0061','error':'no'}"
            })
    void anAnswerThatIsNotEvenJsonEndsItsCall(String text) {
        String session = bridged.session();
        Http call = bridged.call(session, "'a'");
        Http other = bridged.call(session, "2");
        assertThat(bridged.children.last().garble("{'jsonrpc':'2.0','id':'a','method':'roots/list','params':["))
                .isFalse();
        assertThat(call.isAnswered()).isFalse();
        assertThat(bridged.children.last().garble(text)).isTrue();
        assertThat(call.json).contains("\"id\":\"a\"", "GW-1502");
        assertThat(other.isAnswered()).isFalse();
    }

    @Test
    void anIdThatIsUnderWayIsRefused() {
        String session = bridged.session();
        Http first = bridged.call(session, "1");
        assertThat(bridged.call(session, "1").status).isEqualTo(400);
        children.last().answer("{}");
        assertThat(first.status).isEqualTo(200);
    }

    @Test
    void sessionsAreNeededAndKnownAndEnd() {
        assertThat(Http.post(Bridged.request("1", "tools/list", "")).to(bridged.bridge.streamableHttp()).status)
                .isEqualTo(400);
        assertThat(bridged.call("nobody", "1").status).isEqualTo(404);
        String session = bridged.session();
        Http open = bridged.call(session, "1");
        Http standing = bridged.get(session);
        assertThat(Http.delete().session(session).to(bridged.bridge.streamableHttp()).status)
                .isEqualTo(204);
        assertThat(open.json).contains("GW-1102");
        assertThat(standing.closed).isTrue();
        assertThat(children.last().ended).isTrue();
        assertThat(bridged.call(session, "2").status).isEqualTo(404);
    }

    @Test
    void anInitializeThatNamesASessionOrIsRefusedLeavesNothingBehind() {
        assertThat(bridged.post("abc", Bridged.INITIALIZE).status).isEqualTo(400);
        bridged.bridge.start();
        children.last().silent = true;
        Http refused = Http.post(Bridged.INITIALIZE).to(bridged.bridge.streamableHttp());
        children.last().say("{'jsonrpc':'2.0','id':1,'error':{'code':-32602,'message':'no'}}");
        assertThat(refused.json).contains("-32602");
        assertThat(children.alive()).isZero();
        assertThat(bridged.bridge.health().sessions()).isZero();
    }

    @Test
    void moreSessionsThanAllowedAreRefusedUntilOneEnds() {
        Bridged small = new Bridged(BridgeSettings.DEFAULT.withLimits(1, Duration.ofMinutes(30)));
        String session = small.session();
        Http refused = Http.post(Bridged.INITIALIZE).to(small.bridge.streamableHttp());
        assertThat(refused.status).isEqualTo(503);
        assertThat(refused.header("Retry-After", true)).isEqualTo("10");
        assertThat(refused.json).contains("GW-1104");
        assertThat(Http.get().to(small.bridge.sse()).status).isEqualTo(503);
        Http.delete().session(session).to(small.bridge.streamableHttp());
        assertThat(small.session()).isNotNull();
        assertThat(small.children.alive()).isEqualTo(1);
    }

    @Test
    void aSessionThatNobodyUsesEndsWithItsChild() {
        String idle = bridged.session();
        FakeChild child = children.last();
        String listening = bridged.session();
        bridged.get(listening);
        String calling = bridged.session();
        bridged.call(calling, "1");
        bridged.pass(Duration.ofMinutes(45));
        assertThat(child.ended).isTrue();
        assertThat(bridged.call(idle, "1").status).isEqualTo(404);
        assertThat(bridged.bridge.health().sessions()).isEqualTo(2);
    }

    @Test
    void theEndOfALongCallIsUseToo() {
        String session = bridged.session();
        bridged.call(session, "1");
        bridged.pass(Duration.ofHours(5));
        children.last().answer("{}");
        bridged.pass(Duration.ofMinutes(20));
        assertThat(bridged.call(session, "2").status).as("still there").isZero();
    }

    @Test
    void anIdleTimeoutOfZeroNeverEndsASession() {
        Bridged patient = new Bridged(BridgeSettings.DEFAULT.withLimits(9, Duration.ZERO));
        patient.session();
        patient.pass(Duration.ofDays(30));
        assertThat(patient.children.alive()).isEqualTo(1);
        assertThat(patient.bridge.health().sessions()).isEqualTo(1);
    }

    @Test
    void aBatchIsAnsweredWholeAsAStreamOrAnArray() {
        String session = bridged.session();
        String batch = "[" + Bridged.request("1", "tools/list", "") + ",{'jsonrpc':'2.0','method':'notifications/x'},"
                + Bridged.request("2", "tools/list", "") + "]";
        Http streamed = bridged.post(session, batch);
        Message second = children.last().lastRequest();
        children.last().answer(second, "{}");
        assertThat(streamed.closed).isFalse();
        children.last()
                .answer(children.last().received.get(children.last().received.indexOf(second) - 2), "{}");
        assertThat(streamed.events).hasSize(2);
        assertThat(streamed.closed).isTrue();
        Http plain = Http.post(batch.replace("1,", "3,").replace("2,", "4,"))
                .with("Accept", "application/json")
                .session(session)
                .to(bridged.bridge.streamableHttp());
        children.last().say("{'jsonrpc':'2.0','id':4,'result':{}}");
        children.last().say("{'jsonrpc':'2.0','id':3,'result':{}}");
        assertThat(plain.json).startsWith("[{").endsWith("}]").contains("\"id\":3");
        assertThat(bridged.post(session, "[]").status).isEqualTo(400);
        assertThat(bridged.post(session, "[1]").status).isEqualTo(400);
    }

    @Test
    void aBatchUnderTheHeaderOfARevisionWithoutBatchesIsRefused() {
        String batch = "[" + Bridged.request("1", "tools/list", "") + "]";
        Http later = Http.post(batch)
                .session(bridged.session())
                .with("MCP-Protocol-Version", "2025-06-18")
                .to(bridged.bridge.streamableHttp());

        assertThat(later.status).isEqualTo(400);
        assertThat(later.json).contains("-32600", "Batches belong to MCP 2025-03-26");
        assertThat(children.last().received)
                .noneMatch(message -> message.isRequest() && message.method().equals("tools/list"));
    }

    @Test
    void sseNamesThePathToPostToAndAnswersOnTheStream() {
        Http stream = Http.get().to(bridged.bridge.sse());
        assertThat(stream.events).singleElement().asString().startsWith("endpoint:/v1/message?sessionId=");
        String session = stream.events.get(0).replaceFirst(".*=", "");
        Http posted = Http.post(Bridged.INITIALIZE).asking(session).to(bridged.bridge.sse());
        assertThat(posted.status).isEqualTo(202);
        assertThat(stream.events.get(1)).contains("serverInfo");
        children.last().say("{'jsonrpc':'2.0','id':0,'method':'roots/list'}");
        assertThat(stream.events.get(2)).contains("roots/list");
        assertThat(Http.post("{'jsonrpc':'2.0','id':0,'result':{}}")
                        .asking(session)
                        .to(bridged.bridge.sse())
                        .status)
                .isEqualTo(202);
        assertThat(Http.post("nonsense").asking(session).to(bridged.bridge.sse()).status)
                .isEqualTo(400);
        stream.disconnect();
        assertThat(children.last().ended).isTrue();
        assertThat(Http.post(Bridged.INITIALIZE).asking(session).to(bridged.bridge.sse()).status)
                .isEqualTo(404);
        assertThat(Http.post(Bridged.INITIALIZE).to(bridged.bridge.sse()).status)
                .isEqualTo(400);
    }

    @Test
    void closingEndsEverySessionAndChildAndTakesNoMore() {
        bridged.session();
        String session = bridged.session();
        Http call = bridged.call(session, "1");
        bridged.bridge.close();
        assertThat(call.isAnswered()).isTrue();
        assertThat(children.alive()).isZero();
        assertThat(Http.post(Bridged.INITIALIZE).to(bridged.bridge.streamableHttp()).status)
                .isEqualTo(503);
    }
}
