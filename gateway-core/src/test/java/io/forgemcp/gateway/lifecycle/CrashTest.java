package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.NAME;
import static io.forgemcp.gateway.lifecycle.Lifecycle.failure;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The first back-off is 1 s. */
class CrashTest {
    private final Lifecycle on = Lifecycle.withService();

    @Test
    void aCrashWhileWakingStartsAnotherForThoseWhoWaitAndTheLateAnswerChangesNothing() {
        on.use();
        on.pass(300);
        on.runtime.wakeGate = new CompletableFuture<>();
        CompletableFuture<Lease> call = on.acquire();
        on.runtime.last().crash("killed by signal 9");
        assertThat(on.state()).isEqualTo(ServiceState.ERROR);
        on.pass(1);
        assertThat(call).isCompleted();
        on.runtime.wakeGate.complete(null);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        assertThat(on.runtime.alive()).isEqualTo(1);
        assertThat(on.status().inFlight()).isEqualTo(1);
    }

    @Test
    void aCrashWhileAsleepIsSeenAndTheNextCallStartsAnother() {
        on.use();
        on.pass(300);
        on.runtime.last().crash("killed by signal 9");
        assertThat(on.state()).isEqualTo(ServiceState.ERROR);
        assertThat(on.status().depth()).isNull();
        assertThat(on.events).filteredOn(InstanceEnded.class::isInstance).hasSize(1);
        on.pass(1);
        assertThat(on.acquire()).isCompleted();
        assertThat(on.runtime.starts).hasValue(2);
    }

    @Test
    void aCrashWhileFallingAsleepIsACrash() {
        on.use();
        on.runtime.sleepGate = new CompletableFuture<>();
        on.pass(300);
        on.runtime.last().crash("out of memory");
        on.runtime.sleepGate.complete(null);
        assertThat(on.state()).isEqualTo(ServiceState.ERROR);
        on.runtime.sleepGate = null;
        on.pass(1);
        assertThat(on.acquire()).isCompleted();
    }

    @Test
    void aCrashInMidCallTakesTheLeaseWithItAndItsLateEndCountsForNobodyElse() {
        Lease lost = on.acquire().join();
        on.runtime.last().crash("exit status 1");
        assertThat(on.events).filteredOn(InstanceEnded.class::isInstance).hasSize(1);
        on.pass(1);
        Lease next = on.acquire().join();
        lost.close();
        assertThat(on.status().inFlight()).isEqualTo(1);
        next.close();
        on.pass(300);
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void aClockThatJumpsAnHourWakesAndStopsNobody() {
        on.use();
        on.pass(300);
        on.timers.jumpWallClock(Duration.ofHours(1));
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
        on.timers.jumpWallClock(Duration.ofHours(-2));
        on.pass(10);
        on.use();
        assertThat(on.status().lastWakeTime()).isEqualTo(Duration.ZERO);
        assertThat(on.status().totalSleepTime()).isEqualTo(Duration.ofSeconds(10));
        assertThat(on.manager.transitions(NAME)).allMatch(step -> !step.after().isNegative());
    }

    @Test
    void whoCallsBetweenTheEndOfAnInstanceAndItsReasonGetsTheNextOne() {
        on.use();
        FakeRuntime.FakeInstance first = on.runtime.last();
        first.dies();
        CompletableFuture<Lease> call = on.acquire();
        assertThat(call).isNotDone();
        assertThat(failure(on.manager.sleep(NAME, Force.YES))).hasMessageContaining("it is ending");
        first.crash("out of memory");
        on.pass(1);
        assertThat(call.join().target().instance()).isNotEqualTo(first.id());
    }

    @Test
    void aStopBetweenTheEndOfAnInstanceAndItsReasonIsAStop() {
        on.use();
        on.runtime.last().dies();
        var stop = on.manager.stop(NAME, Force.NO).toCompletableFuture();
        on.runtime.last().crash("out of memory");
        assertThat(stop).isCompleted();
        on.pass(10);
        assertThat(on.runtime.starts).hasValue(1);
    }

    @Test
    void anInstanceThatEndsWhileItFallsAsleepLetsNobodyInIfThatFails() {
        on.use();
        on.runtime.sleepGate = new CompletableFuture<>();
        on.pass(300);
        on.runtime.last().dies();
        on.runtime.sleepGate.completeExceptionally(new IllegalStateException("it has ended"));
        CompletableFuture<Lease> call = on.acquire();
        assertThat(call).isNotDone();
        on.runtime.sleepGate = null;
        on.runtime.last().crash("out of memory");
        on.pass(1);
        assertThat(call).isCompleted();
    }

    @Test
    void aWakeThatFailsBecauseTheInstanceHasEndedIsToldAsItsEnd() {
        on.use();
        on.pass(300);
        on.runtime.wakeGate = new CompletableFuture<>();
        CompletableFuture<Lease> call = on.acquire();
        FakeRuntime.FakeInstance first = on.runtime.last();
        first.dies();
        on.runtime.wakeGate.completeExceptionally(new IllegalStateException("it is not there"));
        assertThat(on.state()).isEqualTo(ServiceState.WAKING);
        on.runtime.wakeGate = null;
        first.endByHand("its container was stopped by hand");
        assertThat(call).isCompleted();
        assertThat(on.status().errorMessage()).isNull();
    }

    @Test
    void aStopWhileAnInstanceDiesInItsWakeIsAStop() {
        on.use();
        on.pass(300);
        on.runtime.wakeGate = new CompletableFuture<>();
        CompletableFuture<Lease> call = on.acquire();
        FakeRuntime.FakeInstance first = on.runtime.last();
        first.dies();
        on.runtime.wakeGate.completeExceptionally(new IllegalStateException("it is not there"));
        var stop = on.manager.stop(NAME, Force.YES).toCompletableFuture();
        first.endByHand("its container was stopped by hand");
        assertThat(stop).isCompleted();
        assertThat(call).isCompletedExceptionally();
        assertThat(on.state()).isEqualTo(ServiceState.STOPPED);
        assertThat(on.runtime.starts).hasValue(1);
    }
}
