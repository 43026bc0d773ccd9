package io.forgemcp.gateway.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Children that die, are killed, or never live. */
class DyingChildTest {
    private final Bridged bridged = new Bridged();
    private final FakeChildren children = bridged.children;

    @Test
    void theCallUnderWayHearsHowItsServerEnded() {
        String session = bridged.session();
        Http call = bridged.call(session, "'a'");
        children.last().die();
        assertThat(call.json)
                .contains("\"id\":\"a\"")
                .contains("killed by signal 9")
                .contains("GW-1503");
    }

    @Test
    void anotherChildIsThereWithinASecondAndKnowsWhatTheFirstWasTold() {
        String session = bridged.session();
        String level = Bridged.request("2", "logging/setLevel", "'level':'debug'");
        bridged.post(session, level);
        children.last().answer("{}");
        bridged.post(session, Bridged.request("3", "resources/subscribe", "'uri':'a://b'"));
        children.last().answer("{}");
        bridged.post(session, Bridged.request("4", "resources/subscribe", "'uri':'a://c'"));
        bridged.post(session, Bridged.request("5", "resources/unsubscribe", "'uri':'a://c'"));
        children.last().die();
        Http meanwhile = bridged.call(session, "9");
        bridged.pass(Duration.ofSeconds(1));
        assertThat(children.all).hasSize(2);
        assertThat(children.last().methods())
                .containsExactly(
                        "initialize",
                        "notifications/initialized",
                        "logging/setLevel",
                        "resources/subscribe",
                        "tools/call");
        children.last().answer(children.last().received.get(2), "{}");
        children.last().answer("{'again':true}");
        assertThat(meanwhile.json).contains("again").contains("\"id\":9");
    }

    @Test
    void healthFollowsTheChild() {
        bridged.session();
        assertThat(bridged.bridge.health().healthy()).isTrue();
        children.last().die();
        Bridge.Health down = bridged.bridge.health();
        assertThat(down.healthy()).isFalse();
        assertThat(down.childrenDown()).isEqualTo(1);
        assertThat(down.reason()).contains("killed by signal 9");
        bridged.pass(Duration.ofSeconds(1));
        assertThat(bridged.bridge.health().healthy()).isTrue();
    }

    @Test
    void aChildThatNoClientHasYetIsLookedAfter() {
        bridged.bridge.start();
        children.last().die();
        assertThat(bridged.bridge.health().healthy()).isFalse();
        bridged.pass(Duration.ofSeconds(1));
        assertThat(bridged.bridge.health().healthy()).isTrue();
        assertThat(children.alive()).isEqualTo(1);
    }

    @Test
    void aChildThatDiesAfterAnsweringIsRestartedQuicklyEveryTime() {
        String session = bridged.session();
        for (int i = 0; i < 10; i++) {
            bridged.call(session, "1");
            children.last().answer("{}");
            children.last().die();
            bridged.pass(Duration.ofMillis(300));
            assertThat(children.alive()).isEqualTo(1);
        }
    }

    @Test
    void aChildThatNeverAnswersIsLeftAloneForLongerEachTimeAndTheSessionEnds() {
        String session = bridged.session();
        for (int i = 0; i < 5; i++) {
            children.last().die();
            bridged.pass(Duration.ofMillis(250L << i));
        }
        assertThat(bridged.call(session, "1").status).isEqualTo(404);
        assertThat(children.alive()).isZero();
        assertThat(bridged.bridge.health().healthy()).isTrue();
    }

    @Test
    void aCommandThatCannotBeRunFailsTheStartAndEveryClientWithItsReason() {
        children.failing = true;
        assertThatThrownBy(() -> bridged.bridge.start().toCompletableFuture().join())
                .hasCauseInstanceOf(GatewayException.class);
        Http refused = Http.post(Bridged.INITIALIZE).to(bridged.bridge.streamableHttp());
        bridged.pass(Duration.ofSeconds(1));
        assertThat(refused.json).contains("was not found");
        assertThat(bridged.bridge.health().sessions()).isZero();
        assertThat(ErrorCode.SERVICE_START_FAILED.httpStatus()).isEqualTo(502);
    }

    @Test
    void aChildThatOnlyClosesItsOutputIsTakenForDeadBeforeLong() {
        String session = bridged.session();
        Http call = bridged.call(session, "1");
        children.last().closeOutput();
        assertThat(bridged.bridge.health().healthy()).isFalse();
        bridged.pass(Duration.ofMillis(600));
        assertThat(call.json).contains("closed its output");
        assertThat(children.all.get(0).ended).as("it is ended, too").isTrue();
        bridged.pass(Duration.ofMillis(300));
        assertThat(children.alive()).isEqualTo(1);
    }

    @Test
    void onlyTheSessionOfTheDeadChildNotices() {
        String ann = bridged.session();
        FakeChildren.FakeChild hers = children.last();
        String bob = bridged.session();
        Http call = bridged.call(ann, "1");
        Http other = bridged.call(bob, "1");
        hers.die();
        assertThat(call.isAnswered()).isTrue();
        assertThat(other.isAnswered()).isFalse();
    }

    @Test
    void aSessionThatEndsWhileItsChildIsBeingStartedLeavesNoChild() {
        String session = bridged.session();
        children.last().die();
        Http.delete().session(session).to(bridged.bridge.streamableHttp());
        bridged.pass(Duration.ofMinutes(1));
        assertThat(children.alive()).isZero();
    }
}
