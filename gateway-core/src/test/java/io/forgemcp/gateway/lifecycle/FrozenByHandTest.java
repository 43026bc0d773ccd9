package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.NAME;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Somebody freezes or thaws an instance by hand while something else is being done to it. */
class FrozenByHandTest {
    private final Lifecycle on = Lifecycle.withService();

    @Test
    void oneThatIsFrozenWhileItStartsIsWokenForThoseWhoWait() {
        on.runtime.beforeReady = instance -> instance.byHand(SleepDepth.FREEZE);

        assertThat(on.acquire()).isCompleted();

        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        assertThat(on.runtime.last().asleep).isFalse();
        assertThat(on.runtime.starts).hasValue(1);
    }

    @Test
    void oneThatIsFrozenWhileItStartsAndThatNobodyWaitsForIsAsleepUntilItIsCalled() {
        on.runtime.startGate = new CompletableFuture<>();
        on.runtime.beforeReady = instance -> instance.byHand(SleepDepth.FREEZE);
        CompletableFuture<Lease> gone = on.acquire();
        on.pass(Lifecycle.PATIENCE.toSeconds());
        assertThat(gone).isCompletedExceptionally();

        on.runtime.startGate.complete(null);

        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
        assertThat(on.acquire()).isCompleted();
        assertThat(on.runtime.last().asleep).isFalse();
    }

    @Test
    void oneThatIsFrozenAndThawedWhileItStartsIsLeftAsItIs() {
        on.runtime.beforeReady = instance -> {
            instance.byHand(SleepDepth.FREEZE);
            instance.byHand(null);
        };

        assertThat(on.acquire()).isCompleted();

        assertThat(on.runtime.last().wakes).hasValue(0);
    }

    @Test
    void oneThatIsFrozenAgainBeforeItsWakeIsReportedIsWokenAgain() {
        on.use();
        on.pass(300);
        CompletableFuture<Void> gate = new CompletableFuture<>();
        on.runtime.wakeGate = gate;
        on.runtime.afterWake = instance -> {
            on.runtime.afterWake = again -> {};
            instance.byHand(SleepDepth.FREEZE);
        };
        CompletableFuture<Lease> call = on.acquire();

        gate.complete(null);

        assertThat(call).isCompleted();
        assertThat(on.runtime.last().asleep).isFalse();
        assertThat(on.runtime.last().wakes).hasValue(2);
    }

    @Test
    void oneThatIsThawedWhileItIsTakenOverAsleepCountsAsAwake() {
        Lifecycle next = new Lifecycle();
        next.runtime.leftBehind.add(Optional.of(SleepDepth.FREEZE));
        next.runtime.beforeReady = instance -> instance.byHand(null);
        next.with(Lifecycle.service("search"));

        assertThat(next.state()).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void oneThatIsFrozenWhileItIsTakenOverAwakeCountsAsAsleep() {
        Lifecycle next = new Lifecycle();
        next.runtime.leftBehind.add(Optional.empty());
        next.runtime.beforeReady = instance -> instance.byHand(SleepDepth.FREEZE);
        next.with(Lifecycle.service("search"));

        assertThat(next.state()).isEqualTo(ServiceState.SLEEPING);
        assertThat(next.acquire()).isCompleted();
        assertThat(next.runtime.last().asleep).isFalse();
    }

    @Test
    void oneThatFallsAsleepAfterThatWasGivenUpCountsAsAsleepAndTheNextCallWakesIt() {
        on.use();
        on.pass(60);
        CompletableFuture<Void> gate = new CompletableFuture<>();
        on.runtime.sleepGate = gate;
        CompletionStage<?> slow = on.manager.sleep(NAME, Force.YES);
        on.pass(20);
        assertThat(slow.toCompletableFuture()).isCompletedExceptionally();
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);

        gate.complete(null);

        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
        assertThat(on.acquire()).isCompleted();
        assertThat(on.runtime.last().asleep).isFalse();
    }

    @Test
    void whereNobodyLooksWhatIsToldCounts() {
        on.runtime.watchesFreezing = false;
        on.use();
        on.runtime.last().byHand(SleepDepth.FREEZE);
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
        on.runtime.last().byHand(null);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
    }
}
