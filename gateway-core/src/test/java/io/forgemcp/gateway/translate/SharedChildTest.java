package io.forgemcp.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.translate.BridgeSettings.Sharing;
import io.forgemcp.gateway.translate.FakeChildren.FakeChild;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** One child for all clients. */
class SharedChildTest {
    private final Bridged bridged = new Bridged(BridgeSettings.DEFAULT.withSharing(Sharing.SHARED));

    private FakeChild child() {
        return bridged.children.last();
    }

    @Test
    void theHandshakeIsMadeOnceAndDeclaresNothing() {
        bridged.bridge.start();
        assertThat(child().lastRequest().get(Message.Field.PARAMS).member("capabilities"))
                .hasToString("{}");
        Http first = Http.post(Bridged.INITIALIZE).to(bridged.bridge.streamableHttp());
        Http second = Http.post(Bridged.INITIALIZE).to(bridged.bridge.streamableHttp());
        assertThat(first.json)
                .contains("\"id\":1")
                .contains("\"protocolVersion\":\"2025-06-18\"")
                .contains("serverInfo");
        assertThat(second.header("Mcp-Session-Id", true)).isNotEqualTo(first.header("Mcp-Session-Id", true));
        assertThat(child().methods()).containsExactly("initialize", "notifications/initialized");
        assertThat(bridged.children.all).hasSize(1);
    }

    @Test
    void clientsThatComeBeforeTheServerIsReadyWaitForIt() {
        bridged.children.slow = true;
        Http early = Http.post(Bridged.INITIALIZE).to(bridged.bridge.streamableHttp());
        assertThat(early.isAnswered()).isFalse();
        child().greet();
        assertThat(early.json).contains("serverInfo");
    }

    @Test
    void anAnswerThatIsNoMessageEndsItsCallWithAnErrorUnderTheClientsId() {
        String ann = bridged.session();
        String bob = bridged.session();
        Http hers = bridged.call(ann, "'a'");
        Message forAnn = child().lastRequest();
        Http his = bridged.call(bob, "'a'");
        assertThat(child().garble("{'jsonrpc':'2.0','id':'a'}")).isFalse();
        assertThat(child().garble("{'jsonrpc':'2.0','id':" + forAnn.requireId() + "}"))
                .isTrue();
        assertThat(hers.json).contains("\"id\":\"a\"", "GW-1502", "no valid MCP message: No message.");
        assertThat(his.isAnswered()).isFalse();
    }

    @Test
    void aHandshakeThatIsAnsweredWithNoMessageFailsInsteadOfWaitingForEver() {
        bridged.children.slow = true;
        Http early = Http.post(Bridged.INITIALIZE).to(bridged.bridge.streamableHttp());
        assertThat(child().garble(
                                "{'jsonrpc':'2.0','id':" + child().lastRequest().requireId() + "}"))
                .isTrue();
        assertThat(early.json).contains("GW-1502", "no valid MCP message: No message.");
    }

    @Test
    void equalIdsAndTokensOfTwoClientsDoNotMeet() {
        String ann = bridged.session();
        String bob = bridged.session();
        String call =
                "{'jsonrpc':'2.0','id':7,'method':'tools/call','params':{'name':'t','_meta':{'progressToken':'p'}}}";
        Http hers = bridged.post(ann, call);
        Message forAnn = child().lastRequest();
        Http his = bridged.post(bob, call);
        Message forBob = child().lastRequest();
        assertThat(forBob.requireId()).isNotEqualTo(forAnn.requireId());
        child().say("{'jsonrpc':'2.0','method':'notifications/progress','params':{'progressToken':"
                + forBob.get(Message.Field.PROGRESS_TOKEN) + ",'progress':1}}");
        assertThat(hers.isAnswered()).isFalse();
        assertThat(his.events).singleElement().asString().contains("\"progressToken\":\"p\"");
        child().answer(forBob, "{'for':'bob'}");
        child().answer(forAnn, "{'for':'ann'}");
        assertThat(hers.json).contains("\"id\":7").contains("ann");
        assertThat(his.events.get(1)).contains("\"id\":7").contains("bob");
    }

    @Test
    void aCancellationReachesTheRightCall() {
        String ann = bridged.session();
        String bob = bridged.session();
        bridged.call(ann, "7");
        Message forAnn = child().lastRequest();
        bridged.call(bob, "7");
        bridged.post(ann, "{'jsonrpc':'2.0','method':'notifications/cancelled','params':{'requestId':7}}");
        Message cancelled = child().received.get(child().received.size() - 1);
        assertThat(cancelled.get(Message.Field.CANCELLED_ID))
                .hasToString(forAnn.requireId().json());
        int before = child().received.size();
        bridged.post(ann, "{'jsonrpc':'2.0','method':'notifications/cancelled','params':{'requestId':99}}");
        assertThat(child().received).hasSize(before);
    }

    @Test
    void whatNamesNoClientGoesToNoneAndListChangesToAll() {
        Http ann = bridged.get(bridged.session());
        Http bob = bridged.get(bridged.session());
        child().say("{'jsonrpc':'2.0','method':'notifications/message','params':{'level':'info','data':'secret'}}");
        child().say("{'jsonrpc':'2.0','method':'notifications/vendor','params':{}}");
        assertThat(ann.events).isEmpty();
        assertThat(bob.events).isEmpty();
        child().say("{'jsonrpc':'2.0','method':'notifications/tools/list_changed'}");
        assertThat(ann.events).hasSize(1);
        assertThat(bob.events).hasSize(1);
    }

    @Test
    void aServerThatAsksIsToldThatItCannot() {
        String session = bridged.session();
        Http call = bridged.call(session, "1");
        child().say("{'jsonrpc':'2.0','id':5,'method':'sampling/createMessage','params':{}}");
        assertThat(call.isAnswered()).isFalse();
        Message answer = child().received.get(child().received.size() - 1);
        assertThat(answer.kind()).isEqualTo(Message.Kind.ERROR);
        assertThat(answer.id()).hasToString("5");
        assertThat(new String(answer.bytes(), StandardCharsets.UTF_8))
                .contains("-32601", "without --shared and --stateless");
        child().say("{'jsonrpc':'2.0','id':6,'method':'ping'}");
        assertThat(child().received.get(child().received.size() - 1).kind()).isEqualTo(Message.Kind.RESULT);
    }

    @Test
    void onlySubscribersHearOfAResourceAndTheServerUntilTheLastOneLeaves() {
        String ann = bridged.session();
        String bob = bridged.session();
        Http hers = bridged.get(ann);
        Http his = bridged.get(bob);
        bridged.post(ann, Bridged.request("1", "resources/subscribe", "'uri':'a://b'"));
        child().answer("{}");
        String updated = "{'jsonrpc':'2.0','method':'notifications/resources/updated','params':{'uri':'a://b'}}";
        child().say(updated);
        assertThat(hers.events).hasSize(1);
        assertThat(his.events).isEmpty();
        bridged.post(bob, Bridged.request("1", "resources/subscribe", "'uri':'a://b'"));
        child().answer("{}");
        int before = child().received.size();
        Http left = bridged.post(ann, Bridged.request("2", "resources/unsubscribe", "'uri':'a://b'"));
        assertThat(left.json).contains("\"result\":{}");
        assertThat(child().received).hasSize(before);
        child().say(updated);
        assertThat(hers.events).hasSize(1);
        assertThat(his.events).hasSize(1);
        bridged.post(bob, Bridged.request("2", "resources/unsubscribe", "'uri':'a://b'"));
        assertThat(child().received).hasSize(before + 1);
    }

    @Test
    void aDeadChildIsReplacedForEverybody() {
        String ann = bridged.session();
        String bob = bridged.session();
        Http hers = bridged.call(ann, "1");
        Http his = bridged.call(bob, "1");
        child().die();
        assertThat(hers.json).contains("GW-1503");
        assertThat(his.json).contains("GW-1503");
        bridged.pass(Duration.ofSeconds(1));
        Http again = bridged.call(ann, "2");
        child().answer("{'ok':1}");
        assertThat(again.json).contains("ok");
        assertThat(bridged.children.all).hasSize(2);
    }

    @Test
    void theEndOfASessionCancelsWhatItHadUnderWay() {
        String ann = bridged.session();
        bridged.call(ann, "1");
        Http.delete().session(ann).to(bridged.bridge.streamableHttp());
        assertThat(child().methods()).endsWith("notifications/cancelled");
        assertThat(child().ended).isFalse();
    }

    @Test
    void withoutSessionsEachRequestStandsForItself() {
        Bridged stateless = new Bridged(BridgeSettings.DEFAULT.withSharing(Sharing.STATELESS));
        Http initialize = Http.post(Bridged.INITIALIZE).to(stateless.bridge.streamableHttp());
        assertThat(initialize.json).contains("serverInfo");
        assertThat(initialize.header("Mcp-Session-Id", true)).isNull();
        Http call = Http.post(Bridged.request("1", "tools/call", "")).to(stateless.bridge.streamableHttp());
        Http same = Http.post(Bridged.request("1", "tools/call", "")).to(stateless.bridge.streamableHttp());
        stateless.children.last().answer("{'second':1}");
        assertThat(same.json).contains("second");
        assertThat(call.isAnswered()).isFalse();
        assertThat(Http.get().to(stateless.bridge.streamableHttp()).status).isEqualTo(405);
        assertThat(Http.delete().to(stateless.bridge.streamableHttp()).status).isEqualTo(405);
        assertThat(stateless.bridge.health().sessions()).isZero();
    }
}
