package io.forgemcp.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.translate.FakeChildren.FakeChild;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Streams of the bridge that outlive their connections (MCP 2025-11-25, Transports, Resumability). */
class ResumedStreamTest {
    private static final String LATEST = "2025-11-25";

    private final Bridged bridged = new Bridged();
    private final String session = bridged.session();
    private final FakeChild child = bridged.children.last();

    private Http call(String id, String accept) {
        return Http.post(Bridged.request(id, "tools/call", "'_meta':{'progressToken':" + id + "}"))
                .session(session)
                .with("MCP-Protocol-Version", LATEST)
                .with("Accept", accept)
                .to(bridged.bridge.streamableHttp());
    }

    private Http call(String id) {
        return call(id, "application/json, text/event-stream");
    }

    private Http get(String of, String lastEvent) {
        Http get = Http.get().session(of).with("MCP-Protocol-Version", LATEST);
        if (lastEvent != null) {
            get.with("Last-Event-ID", lastEvent);
        }
        return get.to(bridged.bridge.streamableHttp());
    }

    private void progress(String token, int step) {
        child.say("{'jsonrpc':'2.0','method':'notifications/progress','params':{'progressToken':" + token
                + ",'progress':" + step + "}}");
    }

    private void change() {
        child.say("{'jsonrpc':'2.0','method':'notifications/tools/list_changed'}");
    }

    @Test
    void aCallGoesOnWithoutItsConnectionAndItsAnswerIsThereForWhoeverComesBack() {
        Http call = call("1");
        progress("1", 1);
        call.disconnect();
        progress("1", 2);
        child.answer("{'done':1}");

        Http resumed = get(session, call.ids.get(1));

        assertThat(call.events).hasSize(1);
        assertThat(resumed.events).hasSize(2);
        assertThat(resumed.events.get(0)).contains("\"progress\":2");
        assertThat(resumed.events.get(1)).contains("\"id\":1", "done");
        assertThat(resumed.closed).isTrue();
        assertThat(child.methods()).doesNotContain("notifications/cancelled");
    }

    @Test
    void aStreamThatIsResumedBeforeItsAnswerGoesOnLive() {
        Http call = call("1");
        progress("1", 1);
        call.disconnect();
        Http resumed = get(session, call.ids.get(0));
        assertThat(resumed.closed).isFalse();
        progress("1", 2);
        child.answer("{'done':1}");
        assertThat(resumed.events).hasSize(3);
        assertThat(resumed.ids).doesNotHaveDuplicates();
        assertThat(resumed.closed).isTrue();
    }

    @Test
    void onlyTheStreamThatBrokeIsReplayed() {
        Http first = call("1");
        Http second = call("2");
        progress("1", 1);
        progress("2", 1);
        first.disconnect();
        second.disconnect();
        progress("2", 2);

        Http resumed = get(session, first.ids.get(0));

        assertThat(resumed.events).singleElement().asString().contains("\"progressToken\":1");
    }

    @Test
    void aClientThatNamesStreamsFirstGetsOneAtOnceWithAnEventToComeBackTo() {
        Http call = call("1", "text/event-stream, application/json");
        assertThat(call.streaming).isTrue();
        assertThat(call.ids).hasSize(1);
        assertThat(call.retry).isPositive();
        assertThat(call.events).isEmpty();
        call.disconnect();
        child.answer("{'done':1}");
        assertThat(get(session, call.ids.get(0)).events)
                .singleElement()
                .asString()
                .contains("done");
    }

    @Test
    void olderRevisionsAreGivenIdsButNoEventWithoutContent() {
        Http call = bridged.call(session, "1");
        child.say("{'jsonrpc':'2.0','method':'notifications/message','params':{'level':'info','data':1}}");
        assertThat(call.ids).hasSize(1);
        assertThat(call.retry).isNegative();
    }

    @Test
    void whatIsSaidWhileTheStandingStreamIsBrokenIsSaidOnceWhenItGoesOn() {
        Http listening = get(session, null);
        change();
        listening.disconnect();
        change();
        change();
        Http resumed = get(session, listening.ids.get(0));
        assertThat(resumed.events).hasSize(3);
        change();
        assertThat(resumed.events).hasSize(4);
        assertThat(listening.events).hasSize(1);
    }

    @Test
    void aClientThatOpensAnotherStreamInsteadGetsThatToo() {
        get(session, null).disconnect();
        change();
        assertThat(get(session, null).events).hasSize(1);
    }

    @Test
    void eventsOfAnotherSessionAndUnknownOnesAreRefused() {
        Http call = call("1");
        progress("1", 1);
        child.answer("{'secret':1}");
        String other = bridged.session();
        for (String id : new String[] {call.ids.get(0), "c99-1", "nonsense"}) {
            Http stream = get(other, id);
            assertThat(stream.status).isEqualTo(400);
            assertThat(stream.json).contains("GW-1110");
        }
        assertThat(get(other, "").status).isEqualTo(200);
    }

    @Test
    void anAnswerIsKeptForFiveMinutesAndItsLossIsAnErrorAfterThat() {
        Http call = call("1");
        progress("1", 1);
        call.disconnect();
        child.answer("{'done':1}");
        bridged.pass(Duration.ofMinutes(4));
        assertThat(get(session, call.ids.get(1)).events).hasSize(1);
        bridged.pass(Duration.ofMinutes(3));
        assertThat(get(session, call.ids.get(1)).events.get(1)).contains("\"id\":1", "GW-1503");
    }

    @Test
    void aBatchCanBeResumedToo() {
        Http batch = Http.post("[" + Bridged.request("1", "a", "") + "," + Bridged.request("2", "b", "") + "]")
                .session(session)
                .to(bridged.bridge.streamableHttp());
        child.say("{'jsonrpc':'2.0','id':1,'result':{}}");
        batch.disconnect();
        child.say("{'jsonrpc':'2.0','id':2,'result':{}}");
        assertThat(get(session, batch.ids.get(0)).events)
                .singleElement()
                .asString()
                .contains("\"id\":2");
    }

    @Test
    void aSharedChildGoesOnWorkingForASessionWhoseConnectionBroke() {
        Bridged shared = new Bridged(BridgeSettings.DEFAULT.withSharing(BridgeSettings.Sharing.SHARED));
        String session = shared.session();
        Http call = Http.post(Bridged.request("1", "tools/call", ""))
                .session(session)
                .with("Accept", "text/event-stream, application/json")
                .with("MCP-Protocol-Version", LATEST)
                .to(shared.bridge.streamableHttp());
        call.disconnect();
        assertThat(shared.children.last().methods()).doesNotContain("notifications/cancelled");
        shared.children.last().answer("{'done':1}");
        Http resumed = Http.get()
                .session(session)
                .with("Last-Event-ID", call.ids.get(0))
                .to(shared.bridge.streamableHttp());
        assertThat(resumed.events).singleElement().asString().contains("done");
    }
}
