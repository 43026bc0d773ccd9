package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.NAME;
import static io.forgemcp.gateway.lifecycle.Lifecycle.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.SleepPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Idle timeout 300 s: frozen then, shallow after 300 s of sleep, deep after 1,200 s. */
class SleepDepthTest {
    private static final Set<SleepDepth> ALL = Set.of(SleepDepth.FREEZE, SleepDepth.SHALLOW, SleepDepth.DEEP);

    private static Lifecycle with(Priority priority, SleepPolicy.Depth depth) {
        return with(service("search")
                .priority(priority)
                .sleepPolicy(new SleepPolicy(true, Duration.ofSeconds(300), Duration.ofSeconds(60), null, depth)));
    }

    private static Lifecycle with(ServiceDefinition.Builder service) {
        Lifecycle on = new Lifecycle();
        on.runtime.depths = ALL;
        return on.with(service);
    }

    private static DepthFigures figures(Lifecycle on, SleepDepth depth) {
        return on.manager.efficiency().get(0).depths().get(depth.ordinal());
    }

    private static void wakeIn(Lifecycle on, long millis) {
        on.runtime.wakeGate = new CompletableFuture<>();
        CompletableFuture<Lease> call = on.acquire();
        on.timers.advance(Duration.ofMillis(millis));
        on.runtime.wakeGate.complete(null);
        on.runtime.wakeGate = null;
        call.join().close();
    }

    @Test
    void aServiceOfLowPriorityGoesDeeperTheLongerItSleepsWithoutLeavingItsState() {
        Lifecycle on = with(Priority.LOW, SleepPolicy.Depth.AUTO);
        on.use();
        on.pass(300);
        assertThat(on.status().depth()).isEqualTo(SleepDepth.FREEZE);
        on.pass(299);
        assertThat(on.runtime.last().depth).isEqualTo(SleepDepth.FREEZE);
        on.pass(1);
        assertThat(on.runtime.last().depth).isEqualTo(SleepDepth.SHALLOW);
        on.pass(900);
        assertThat(on.runtime.last().depth).isEqualTo(SleepDepth.DEEP);
        assertThat(on.status().depth()).isEqualTo(SleepDepth.DEEP);
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
        assertThat(on.runtime.last().wakes).hasValue(0);
        assertThat(on.manager.transitions(NAME))
                .extracting(StateTransition::reason)
                .endsWith(
                        "idle for 300 s, freeze",
                        "asleep for 300 s, deeper: shallow",
                        "asleep for 1200 s, deeper: deep");
        assertThat(on.status().totalSleepTime()).isEqualTo(Duration.ofSeconds(1200));
        on.use();
        assertThat(on.status().depth()).isNull();
        assertThat(on.status().wakeCount()).isEqualTo(1);
    }

    @Test
    void oneThatIsBeingWokenGoesNoDeeperWhenItsTimeForThatComes() {
        Lifecycle on = with(Priority.LOW, SleepPolicy.Depth.AUTO);
        on.use();
        on.pass(599);
        on.runtime.wakeGate = new CompletableFuture<>();
        CompletableFuture<Lease> call = on.acquire();
        assertThat(on.state()).isEqualTo(ServiceState.WAKING);
        int sleeps = on.runtime.last().sleeps.get();

        on.pass(2);
        on.runtime.wakeGate.complete(null);

        assertThat(on.runtime.last().sleeps).hasValue(sleeps);
        assertThat(on.runtime.last().asleep).isFalse();
        assertThat(call).isCompleted();
        call.join().close();
        on.runtime.wakeGate = null;
        on.pass(600);
        assertThat(on.runtime.last().depth).isEqualTo(SleepDepth.SHALLOW);
    }

    @Test
    void aServiceOfNormalPriorityStaysShallowAndAnImportantOneFrozenUntilTheyHaveProvedFast() {
        Lifecycle normal = with(Priority.NORMAL, SleepPolicy.Depth.AUTO);
        normal.use();
        normal.pass(100_000);
        assertThat(normal.runtime.last().depth).isEqualTo(SleepDepth.SHALLOW);
        assertThat(figures(normal, SleepDepth.DEEP).objection())
                .contains("450 ms")
                .contains("target is 200 ms");

        Lifecycle high = with(Priority.HIGH, SleepPolicy.Depth.AUTO);
        high.use();
        high.pass(100_000);
        assertThat(high.runtime.last().depth).isEqualTo(SleepDepth.FREEZE);
        for (int i = 0; i < 3; i++) {
            wakeIn(high, 20);
            high.pass(300);
        }
        high.pass(300);
        assertThat(high.runtime.last().depth).isEqualTo(SleepDepth.SHALLOW);
    }

    @Test
    void aDepthWhoseOwnWakesMissTheTargetIsNotUsedUntilManyLighterWakesLater() {
        Lifecycle on = with(Priority.LOW, SleepPolicy.Depth.AUTO);
        on.use();
        on.pass(300 + 1200);
        assertThat(on.runtime.last().depth).isEqualTo(SleepDepth.DEEP);
        wakeIn(on, 700);
        on.pass(300 + 100_000);
        assertThat(on.runtime.last().depth).isEqualTo(SleepDepth.SHALLOW);
        assertThat(figures(on, SleepDepth.DEEP).wakeP95()).isEqualTo(Duration.ofMillis(700));
        assertThat(figures(on, SleepDepth.DEEP).objection()).contains("700 ms").contains("500 ms");
        for (int i = 0; i < 10; i++) {
            wakeIn(on, 60);
            on.pass(300);
        }
        on.pass(1200);
        assertThat(on.runtime.last().depth).isEqualTo(SleepDepth.DEEP);
    }

    @Test
    void theWakeIsMeasuredUntilTheServerGivesASignOfLife() {
        Lifecycle on = with(Priority.LOW, SleepPolicy.Depth.AUTO);
        AtomicReference<CompletableFuture<Void>> health =
                new AtomicReference<>(CompletableFuture.completedFuture(null));
        on.manager.healthProbe(target -> health.get());
        on.use();
        on.pass(600);
        CompletableFuture<Void> sign = new CompletableFuture<>();
        health.set(sign);
        wakeIn(on, 30);
        on.timers.advance(Duration.ofMillis(150));
        sign.complete(null);
        assertThat(figures(on, SleepDepth.SHALLOW).wakeMedian()).isEqualTo(Duration.ofMillis(180));
    }

    @Test
    void aCallThatComesWhileItGoesDeeperWaitsForThatStepAndThenWakesIt() {
        Lifecycle on = with(Priority.LOW, SleepPolicy.Depth.AUTO);
        on.use();
        on.pass(300);
        on.runtime.sleepGate = new CompletableFuture<>();
        on.pass(300);
        CompletableFuture<Lease> call = on.acquire();
        assertThat(call).isNotDone();
        assertThat(on.runtime.last().wakes).hasValue(0);
        on.runtime.sleepGate.complete(null);
        assertThat(call).isCompleted();
        assertThat(on.runtime.last().wakes).hasValue(1);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void aStepThatFailsLeavesItWhereItIsAndIsNotTriedAgain() {
        Lifecycle on = with(Priority.LOW, SleepPolicy.Depth.AUTO);
        on.use();
        on.pass(300);
        on.runtime.sleepGate = CompletableFuture.failedFuture(new IllegalStateException("swap is full"));
        on.pass(100_000);
        assertThat(on.status().depth()).isEqualTo(SleepDepth.FREEZE);
        assertThat(on.runtime.last().sleeps).hasValue(2);
        assertThat(figures(on, SleepDepth.SHALLOW).objection()).isEqualTo("swap is full");
    }

    @Test
    void aCrashWhileItGoesDeeperIsACrash() {
        Lifecycle on = with(Priority.LOW, SleepPolicy.Depth.AUTO);
        on.use();
        on.pass(300);
        on.runtime.sleepGate = new CompletableFuture<>();
        on.pass(300);
        on.runtime.last().crash("out of memory");
        assertThat(on.state()).isEqualTo(ServiceState.ERROR);
        on.runtime.sleepGate.complete(null);
        assertThat(on.state()).isEqualTo(ServiceState.ERROR);
        on.runtime.sleepGate = null;
        on.pass(1);
        assertThat(on.acquire()).isCompleted();
    }

    @Test
    void anExplicitDepthIsTakenAtOnceOrTheNextLighterWithTheReasonShown() {
        Lifecycle deep = with(Priority.CRITICAL, SleepPolicy.Depth.DEEP);
        deep.use();
        deep.pass(300);
        assertThat(deep.runtime.last().depth).isEqualTo(SleepDepth.DEEP);

        Lifecycle withoutSwap = with(Priority.CRITICAL, SleepPolicy.Depth.DEEP);
        withoutSwap.runtime.depths = Set.of(SleepDepth.FREEZE);
        withoutSwap.runtime.withheld = Map.of(SleepDepth.DEEP, "this host has no swap");
        withoutSwap.use();
        withoutSwap.pass(300);
        assertThat(withoutSwap.runtime.last().depth).isEqualTo(SleepDepth.FREEZE);
        assertThat(figures(withoutSwap, SleepDepth.DEEP).objection()).isEqualTo("this host has no swap");
    }

    @Test
    void withMemoryOptimizationOffEverythingIsOnlyFrozen() {
        Lifecycle on = with(Priority.LOW, SleepPolicy.Depth.AUTO);
        SleepSettings now = on.manager.sleepSettings();
        on.manager.sleepSettings(new SleepSettings(
                true,
                now.maxSleeping(),
                null,
                now.checkInterval(),
                now.wakeTimeout(),
                now.monitoring(),
                now.pressure(),
                new SleepSettings.Optimization(false, true, true, false)));
        on.use();
        on.pass(100_000);
        assertThat(on.runtime.last().depth).isEqualTo(SleepDepth.FREEZE);
    }

    @Test
    void eachDepthShowsWhatItGaveBackAndWhatProcessorTimeItTook() {
        Lifecycle on = with(Priority.LOW, SleepPolicy.Depth.AUTO);
        on.runtime.usage = instance ->
                instance.asleep ? new Instance.Usage(100, 5_000, 900L, 300L) : new Instance.Usage(1_000, 5_000);
        on.use();
        on.pass(300 + 60);
        DepthFigures freeze = figures(on, SleepDepth.FREEZE);
        assertThat(freeze.sleeps()).isEqualTo(1);
        assertThat(freeze.awakeBytes()).isEqualTo(1_000);
        assertThat(freeze.asleepBytes()).isEqualTo(400);
        assertThat(freeze.asleepCpuPercent()).isZero();
        ServiceStatus.InstanceStatus instance = on.status().instances().get(0);
        assertThat(instance.memoryBytes()).isEqualTo(100);
        assertThat(instance.usage().trueMemoryBytes()).isEqualTo(400);
        assertThat(instance.usage().swapBytes()).isEqualTo(900);
    }

    @Test
    void theExpectedWakeIsWhatTheServicesOwnStartsAndWakesHaveTaken() {
        Lifecycle on = with(Priority.LOW, SleepPolicy.Depth.AUTO);
        assertThat(on.manager.expectedWake(NAME)).isEmpty();
        on.runtime.startGate = new CompletableFuture<>();
        CompletableFuture<Lease> first = on.acquire();
        on.pass(2);
        on.runtime.startGate.complete(null);
        first.join().close();
        assertThat(on.manager.expectedWake(NAME)).isEmpty();
        on.manager.stop(NAME, Force.NO);
        assertThat(on.manager.expectedWake(NAME)).contains(Duration.ofSeconds(2));
        on.use();
        on.pass(300);
        wakeIn(on, 40);
        on.pass(300);
        assertThat(on.manager.expectedWake(NAME)).contains(Duration.ofMillis(40));
    }

    private static Lifecycle knowing(ServiceDefinition.Builder service, String identity, long shallowMillis) {
        Lifecycle on = new Lifecycle();
        on.runtime.depths = ALL;
        on.manager.learnt(new LearntWakes(Map.of(
                NAME,
                new LearntWakes.Service(
                        identity,
                        Map.of(
                                SleepDepth.SHALLOW,
                                java.util.Collections.nCopies(3, Duration.ofMillis(shallowMillis)),
                                SleepDepth.STOP,
                                List.of(Duration.ofSeconds(2)))))));
        return on.with(service);
    }

    @Test
    void aDepthWhoseWakesWereTooSlowBeforeARestartIsNotUsedAfterIt() {
        ServiceDefinition.Builder service = service("search").priority(Priority.LOW);
        Lifecycle on = knowing(service, LearntWakes.identity(service.build()), 700);
        assertThat(on.manager.expectedWake(NAME)).contains(Duration.ofSeconds(2));
        assertThat(figures(on, SleepDepth.SHALLOW).wakeP95()).isEqualTo(Duration.ofMillis(700));
        on.use();
        on.pass(1200);
        assertThat(on.status().depth()).isEqualTo(SleepDepth.FREEZE);
    }

    @Test
    void whatWasLearntOfSomethingElseUnderItsNameCountsForNothing() {
        ServiceDefinition.Builder service = service("search").priority(Priority.LOW);
        Lifecycle on = knowing(
                service,
                LearntWakes.identity(ServiceDefinition.stdio("search", "other").build()),
                700);
        assertThat(on.manager.expectedWake(NAME)).isEmpty();
        on.use();
        on.pass(1200);
        assertThat(on.status().depth()).isEqualTo(SleepDepth.SHALLOW);
    }

    @Test
    void percentilesAreByNearestRankOverTheLastTwenty() {
        WakeSamples samples = new WakeSamples();
        assertThat(samples.percentile(0.95)).isNull();
        samples.add(Duration.ofSeconds(9));
        for (int i = 1; i <= 20; i++) {
            samples.add(Duration.ofMillis(i));
        }
        assertThat(List.of(samples.percentile(0.5), samples.percentile(0.95)))
                .containsExactly(Duration.ofMillis(10), Duration.ofMillis(19));
        assertThat(samples.seen()).isEqualTo(21);
    }
}
