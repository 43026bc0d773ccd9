package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.service;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Somebody stops, kills or removes by hand what a service runs in: it is stopped then, and nothing has failed. */
class EndedByHandTest {
    private static final String WHY = "its container was stopped by hand";

    private final Lifecycle on = new Lifecycle();

    @AfterEach
    void close() {
        on.close();
    }

    @Test
    void theServiceIsStoppedWithTheReasonAndTheNextCallStartsItAtOnce() {
        on.with(service("search"));
        on.use();
        on.runtime.last().endByHand(WHY);
        assertThat(on.state()).isEqualTo(ServiceState.STOPPED);
        assertThat(on.status().errorMessage()).isNull();
        assertThat(on.manager.transitions(Lifecycle.NAME))
                .last()
                .satisfies(last -> assertThat(last.reason()).isEqualTo(WHY));
        assertThat(on.events).filteredOn(InstanceEnded.class::isInstance).hasSize(1);
        assertThat(on.acquire()).isCompleted();
    }

    @Test
    void howeverOftenThatIsDoneNoCallHasToWaitForABackOff() {
        on.with(service("search"));
        for (int i = 0; i < 20; i++) {
            on.use();
            on.runtime.last().endByHand(WHY);
        }
        assertThat(on.acquire()).isCompleted();
        assertThat(on.runtime.starts).hasValue(21);
    }

    @Test
    void whoWaitsForTheWakeGetsAnotherInstance() {
        on.with(service("search"));
        on.use();
        on.pass(300);
        on.runtime.wakeGate = new CompletableFuture<>();
        CompletableFuture<Lease> call = on.acquire();
        assertThat(call).isNotDone();
        on.runtime.last().endByHand(WHY);
        assertThat(call).isCompleted();
        on.runtime.wakeGate.complete(null);
        assertThat(on.runtime.alive()).isEqualTo(1);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void itDoesNotSleepWhileItIsStopped() {
        on.with(service("search"));
        on.use();
        on.pass(300);
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
        Duration slept = on.status().totalSleepTime();
        on.runtime.last().endByHand(WHY);
        on.pass(300);
        assertThat(on.state()).isEqualTo(ServiceState.STOPPED);
        assertThat(on.status().asleep()).isFalse();
        assertThat(on.status().totalSleepTime()).isEqualTo(slept);
    }

    @Test
    void oneThatItsPolicyKeepsRunningIsStartedAgainAtOnce() {
        on.with(service("search").instances(1, 2));
        on.manager.startAutoStarted();
        on.runtime.last().endByHand(WHY);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        assertThat(on.runtime.starts).hasValue(2);
    }

    @Test
    void aCrashAfterwardsIsAFirstFailure() {
        on.with(service("search"));
        on.use();
        on.runtime.last().endByHand(WHY);
        on.use();
        on.runtime.last().crash("exit status 1");
        assertThat(on.state()).isEqualTo(ServiceState.ERROR);
        on.pass(1);
        assertThat(on.acquire()).isCompleted();
    }
}
