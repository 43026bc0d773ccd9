package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.NAME;
import static io.forgemcp.gateway.lifecycle.Lifecycle.POLICY;
import static io.forgemcp.gateway.lifecycle.Lifecycle.failure;
import static io.forgemcp.gateway.lifecycle.Lifecycle.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.SleepPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SleepPolicyTest {
    private static SleepPolicy policy(SleepPolicy.Depth depth) {
        return new SleepPolicy(true, POLICY.idleTimeout(), POLICY.minSleepTime(), null, depth);
    }

    @Test
    void anIdleServiceFallsAsleepWhenItsIdleTimeoutHasPassed() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.use();
            on.pass(299);
            assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
            on.pass(1);
            assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
            assertThat(on.runtime.last().asleep).isTrue();
        }
    }

    @Test
    void idleTimeCountsFromTheEndOfTheLastRequest() {
        try (Lifecycle on = Lifecycle.withService()) {
            Lease lease = on.acquire().join();
            on.pass(200);
            lease.close();
            on.pass(299);
            assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
            on.pass(1);
            assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
        }
    }

    @Test
    void anOpenStreamKeepsTheServiceAwakeForDays() {
        try (Lifecycle on = Lifecycle.withService()) {
            Lease stream = on.acquire().join();
            on.pass(3 * 86_400);
            on.use();
            assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
            stream.close();
            on.pass(299);
            assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
            on.pass(1);
            assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
        }
    }

    @Test
    void aLeaseClosedTwiceCountsOnce() {
        try (Lifecycle on = Lifecycle.withService()) {
            Lease first = on.acquire().join();
            Lease second = on.acquire().join();
            first.close();
            first.close();
            assertThat(on.status().inFlight()).isEqualTo(1);
            on.pass(1000);
            assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
            second.close();
            assertThat(on.status().inFlight()).isZero();
        }
    }

    @Test
    void aCallWakesASleepingServiceAndTheSleepIsAccountedFor() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.use();
            on.pass(300);
            on.pass(700);
            on.runtime.wakeGate = new CompletableFuture<>();
            CompletableFuture<Lease> call = on.acquire();
            assertThat(on.state()).isEqualTo(ServiceState.WAKING);
            on.timers.advance(Duration.ofMillis(30));
            on.runtime.wakeGate.complete(null);
            assertThat(call).isCompleted();
            ServiceStatus status = on.status();
            assertThat(status.state()).isEqualTo(ServiceState.RUNNING);
            assertThat(status.wakeCount()).isEqualTo(1);
            assertThat(status.lastWakeTime()).isEqualTo(Duration.ofMillis(30));
            assertThat(status.totalSleepTime()).isEqualTo(Duration.ofSeconds(700));
            assertThat(status.sleepEfficiency()).isEqualTo(0.7);
            assertThat(status.stateTransitions()).isEqualTo(5);
            assertThat(on.runtime.starts).hasValue(1);
            call.join().close();
        }
    }

    @Test
    void aManualSleepWaitsForTheLeastTimeAwakeUnlessForced() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.use();
            on.pass(59);
            assertThat(failure(on.manager.sleep(NAME, Force.NO)))
                    .hasMessageContaining("min_sleep_time")
                    .extracting("code")
                    .isEqualTo(ErrorCode.ILLEGAL_TRANSITION);
            assertThat(on.manager
                            .sleep(NAME, Force.YES)
                            .toCompletableFuture()
                            .join()
                            .state())
                    .isEqualTo(ServiceState.SLEEPING);
            on.use();
            on.pass(60);
            assertThat(on.manager
                            .sleep(NAME, Force.NO)
                            .toCompletableFuture()
                            .join()
                            .state())
                    .isEqualTo(ServiceState.SLEEPING);
        }
    }

    @Test
    void noForcePutsAServiceToSleepUnderACallInFlight() {
        try (Lifecycle on = Lifecycle.withService();
                Lease lease = on.acquire().join()) {
            on.pass(100);
            assertThat(failure(on.manager.sleep(NAME, Force.YES)))
                    .hasMessageContaining("in flight: 1")
                    .extracting("code")
                    .isEqualTo(ErrorCode.ILLEGAL_TRANSITION);
            assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
            assertThat(on.acquire()).isCompleted();
        }
    }

    @Test
    void aCallThatComesWhileItFallsAsleepWakesItAgain() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.use();
            on.runtime.sleepGate = new CompletableFuture<>();
            on.pass(300);
            CompletableFuture<Lease> call = on.acquire();
            assertThat(call).isNotDone();
            on.runtime.sleepGate.complete(null);
            assertThat(call).isCompleted();
            assertThat(on.runtime.last().asleep).isFalse();
            assertThat(on.runtime.last().wakes).hasValue(1);
        }
    }

    @Test
    void aServiceThatCannotBePutToSleepGoesOnRunning() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.use();
            on.runtime.sleepGate = CompletableFuture.failedFuture(new IllegalStateException("no freezer here"));
            on.pass(300);
            assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
            assertThat(on.acquire()).isCompleted();
            assertThat(failure(on.manager.sleep(NAME, Force.YES))).hasMessageContaining("in flight");
        }
    }

    @Test
    void aServiceThatCannotBeWokenIsStoppedAndTriedAgain() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.use();
            on.pass(300);
            on.runtime.wakeGate = CompletableFuture.failedFuture(new IllegalStateException("frozen for good"));
            CompletableFuture<Lease> call = on.acquire();
            assertThat(on.runtime.instances.get(0).ended).isTrue();
            assertThat(on.status().errorMessage()).contains("frozen for good");
            on.pass(1);
            assertThat(call).isCompleted();
            assertThat(on.runtime.instances).hasSize(2);
        }
    }

    @Test
    void theDepthIsTheOneAskedForOrTheNextLighterOneOrStop() {
        assertThat(depth(SleepPolicy.Depth.AUTO, SleepDepth.FREEZE, SleepDepth.DEEP))
                .isEqualTo(SleepDepth.FREEZE);
        assertThat(depth(SleepPolicy.Depth.DEEP, SleepDepth.FREEZE, SleepDepth.SHALLOW))
                .isEqualTo(SleepDepth.SHALLOW);
        assertThat(depth(SleepPolicy.Depth.SHALLOW, SleepDepth.FREEZE, SleepDepth.DEEP))
                .isEqualTo(SleepDepth.FREEZE);
        assertThat(depth(SleepPolicy.Depth.FREEZE, SleepDepth.DEEP)).isEqualTo(SleepDepth.DEEP);
        assertThat(depth(SleepPolicy.Depth.STOP, SleepDepth.FREEZE)).isEqualTo(SleepDepth.STOP);
        assertThat(depth(SleepPolicy.Depth.FREEZE)).isEqualTo(SleepDepth.STOP);
    }

    private static SleepDepth depth(SleepPolicy.Depth wanted, SleepDepth... offered) {
        SleepPolicy policy = new SleepPolicy(true, Duration.ofSeconds(300), Duration.ofSeconds(60), null, wanted);
        return new DepthBook(service("any").sleepPolicy(policy).build(), new LearntWakes(Map.of()))
                .first(Set.of(offered));
    }

    @Test
    void sleepingByStoppingEndsTheInstanceAndTheNextCallIsAWakeFromIt() {
        try (Lifecycle on = new Lifecycle().with(service("search").sleepPolicy(policy(SleepPolicy.Depth.STOP)))) {
            on.use();
            on.pass(300);
            assertThat(on.state()).isEqualTo(ServiceState.STOPPED);
            assertThat(on.runtime.last().ended).isTrue();
            assertThat(on.events.stream().filter(InstanceEnded.class::isInstance))
                    .hasSize(1);
            on.pass(100);
            assertThat(on.status().totalSleepTime()).isEqualTo(Duration.ofSeconds(100));
            on.use();
            assertThat(on.status().wakeCount()).isEqualTo(1);
            assertThat(on.runtime.starts).hasValue(2);
        }
    }

    @Test
    void aStopByAnOperatorIsNoSleep() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.use();
            on.manager.stop(NAME, Force.NO).toCompletableFuture().join();
            on.pass(100);
            on.use();
            assertThat(on.status().totalSleepTime()).isZero();
            assertThat(on.status().wakeCount()).isZero();
        }
    }

    @Test
    void aServiceWithInstancesThatAlwaysRunNeverSleepsAndComesBackByItself() {
        try (Lifecycle on = new Lifecycle().with(service("search").instances(1, 1))) {
            on.manager.startAutoStarted().toCompletableFuture().join();
            on.pass(100_000);
            assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
            assertThat(failure(on.manager.sleep(NAME, Force.NO))).hasMessageContaining("at least 1");
            assertThat(failure(on.manager.stop(NAME, Force.NO))).hasMessageContaining("at least 1");
            on.runtime.last().crash("exit status 1");
            assertThat(on.state()).isEqualTo(ServiceState.ERROR);
            on.pass(1);
            assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        }
    }

    @Test
    void aDisabledPolicyOrAServiceThatRunsElsewhereNeverSleeps() {
        try (Lifecycle on = new Lifecycle()
                .with(service("search").sleepPolicy(SleepPolicy.NEVER))
                .with(ServiceDefinition.http("far", URI.create("http://localhost:9/mcp")))) {
            on.use();
            on.acquire("far", io.forgemcp.gateway.upstream.ClientKey.GATEWAY)
                    .join()
                    .close();
            on.pass(100_000);
            assertThat(on.manager.statuses()).extracting(ServiceStatus::state).containsOnly(ServiceState.RUNNING);
            assertThat(failure(on.manager.sleep(io.forgemcp.gateway.service.ServiceName.of("far"), Force.YES)))
                    .hasMessageContaining("elsewhere");
            assertThat(on.timers.waiting()).isZero();
        }
    }

    @Test
    void aJumpOfTheWallClockChangesNothing() {
        try (Lifecycle on = Lifecycle.withService()) {
            on.use();
            on.timers.jumpWallClock(Duration.ofDays(30));
            on.pass(299);
            assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
            on.pass(1);
            assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
        }
    }
}
