package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.failure;
import static io.forgemcp.gateway.lifecycle.Lifecycle.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.service.Resources;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.SleepPolicy;
import io.forgemcp.gateway.upstream.ClientKey;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static Lifecycle limited(ServiceBudget budget) {
        return new Lifecycle(
                3,
                new SystemPolicy(
                        SleepSettings.DEFAULT.withWakeTimeout(Lifecycle.PATIENCE), budget, EmergencySettings.NONE));
    }

    private static Lifecycle atMost(int services) {
        return limited(new ServiceBudget(null, null, services, Map.of()));
    }

    private static CompletableFuture<Lease> call(Lifecycle on, String name) {
        return on.acquire(name, ClientKey.GATEWAY);
    }

    private static @Nullable ServiceState state(Lifecycle on, String name) {
        return on.manager.status(ServiceName.of(name)).orElseThrow().state();
    }

    @Test
    void aServiceTooManyPutsALessImportantIdleOneToSleep() {
        Lifecycle on = atMost(1)
                .with(service("low").priority(Priority.LOW))
                .with(service("high").priority(Priority.HIGH));
        call(on, "low").join().close();
        assertThat(call(on, "high")).isCompleted();
        assertThat(state(on, "low")).isEqualTo(ServiceState.SLEEPING);
        assertThat(on.manager.transitions(ServiceName.of("low")))
                .extracting(StateTransition::reason)
                .endsWith("makes room for high, freeze");
    }

    @Test
    void aMoreImportantServiceThatWasJustUsedIsNotPutToSleepForALessImportantOne() {
        Lifecycle on = atMost(1)
                .with(service("low").priority(Priority.LOW))
                .with(service("high").priority(Priority.HIGH));
        call(on, "high").join().close();
        CompletableFuture<Lease> low = call(on, "low");
        on.pass(29);
        assertThat(low).isNotDone();
        assertThat(state(on, "high")).isEqualTo(ServiceState.RUNNING);
        on.pass(1);
        assertThat(failure(low))
                .hasMessageContaining("low")
                .hasMessageContaining("max_concurrent_services is 1")
                .extracting("code")
                .isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        assertThat(state(on, "low")).isEqualTo(ServiceState.STOPPED);
        assertThat(on.runtime.starts).hasValue(1);
    }

    @Test
    void anIdleMoreImportantOneGivesWayOnceACallHasWaitedForHalfOfItsTimeCriticalOnesLast() {
        Lifecycle on = atMost(2)
                .with(service("critical").priority(Priority.CRITICAL))
                .with(service("high").priority(Priority.HIGH))
                .with(service("normal"));
        call(on, "critical").join().close();
        call(on, "high").join().close();
        on.pass(60);
        CompletableFuture<Lease> normal = call(on, "normal");
        on.pass(14);
        assertThat(normal).isNotDone();
        on.pass(2);
        assertThat(normal).isCompleted();
        assertThat(state(on, "high")).isEqualTo(ServiceState.SLEEPING);
        assertThat(state(on, "critical")).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void whatNobodyHasCalledForPutsNobodyMoreImportantToSleep() {
        Lifecycle on = atMost(1)
                .with(service("high").priority(Priority.HIGH))
                .with(service("ahead").priority(Priority.LOW));
        call(on, "high").join().close();
        on.pass(60);
        on.manager.prewarm(ServiceName.of("ahead"), "pre-warmed", Duration.ofHours(1));
        on.pass(30);
        assertThat(state(on, "high")).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void whatMustAlwaysRunOrNeverSleepsOnItsOwnGivesWayToNobody() {
        Lifecycle on = atMost(2)
                .with(service("always").instances(1, 2).priority(Priority.LOW))
                .with(service("never").sleepPolicy(SleepPolicy.NEVER).priority(Priority.LOW))
                .with(service("normal"));
        call(on, "always").join().close();
        call(on, "never").join().close();
        on.pass(60);
        CompletableFuture<Lease> normal = call(on, "normal");
        on.pass(30);
        assertThat(failure(normal)).hasMessageContaining("max_concurrent_services is 2");
        assertThat(state(on, "always")).isEqualTo(ServiceState.RUNNING);
        assertThat(state(on, "never")).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void anEquallyImportantOneGivesWayOnceItHasBeenAwakeLongEnough() {
        Lifecycle on = atMost(1).with(service("one")).with(service("two"));
        call(on, "one").join().close();
        on.pass(40);
        CompletableFuture<Lease> two = call(on, "two");
        assertThat(two).isNotDone();
        on.pass(21);
        assertThat(two).isCompleted();
        assertThat(state(on, "one")).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void aServiceInUseIsWaitedForAndItsPlaceIsTakenWhenItBecomesFree() {
        Lifecycle on = atMost(1)
                .with(service("low").priority(Priority.LOW))
                .with(service("high").priority(Priority.HIGH));
        Lease held = call(on, "low").join();
        CompletableFuture<Lease> high = call(on, "high");
        on.pass(10);
        assertThat(high).isNotDone();
        held.close();
        on.pass(1);
        assertThat(high).isCompleted();
    }

    @Test
    void whoIsMoreImportantIsAdmittedFirst() {
        Lifecycle on = atMost(1)
                .with(service("busy"))
                .with(service("low").priority(Priority.LOW))
                .with(service("critical").priority(Priority.CRITICAL));
        Lease held = call(on, "busy").join();
        CompletableFuture<Lease> low = call(on, "low");
        CompletableFuture<Lease> critical = call(on, "critical");
        held.close();
        on.pass(1);
        assertThat(critical).isCompleted();
        assertThat(low).isNotDone();
    }

    @Test
    void aStoppedServiceMakesRoom() {
        Lifecycle on = atMost(1).with(service("one")).with(service("two"));
        call(on, "one").join().close();
        CompletableFuture<Lease> two = call(on, "two");
        on.manager.stop(ServiceName.of("one"), Force.NO);
        assertThat(two).isCompleted();
    }

    @Test
    void aCallerThatGivesUpLeavesNothingBehind() {
        Lifecycle on = atMost(1).with(service("one")).with(service("two"));
        Lease held = call(on, "one").join();
        call(on, "two").cancel(false);
        held.close();
        on.pass(100);
        assertThat(state(on, "two")).isEqualTo(ServiceState.STOPPED);
        on.pass(300);
        assertThat(call(on, "one")).isCompleted();
    }

    @Test
    void memoryThatDoesNotSufficeEndsAnInstanceWhoseSleepGivesNoneBack() {
        Lifecycle on = limited(new ServiceBudget(1500L, null, null, Map.of()))
                .with(service("low")
                        .priority(Priority.LOW)
                        .resources(new Resources(null, null, 1000L, null, null, null)))
                .with(service("high")
                        .priority(Priority.HIGH)
                        .resources(new Resources(null, null, 1000L, null, null, null)));
        call(on, "low").join().close();
        assertThat(call(on, "high")).isCompleted();
        assertThat(state(on, "low")).isEqualTo(ServiceState.STOPPED);
    }

    @Test
    void memoryOfASleepingInstanceCountsAsFarAsItIsReallyKept() {
        Lifecycle on = limited(new ServiceBudget(1500L, null, null, Map.of()));
        on.runtime.depths = Set.of(SleepDepth.FREEZE, SleepDepth.SHALLOW, SleepDepth.DEEP);
        on.runtime.usage = instance -> new Instance.Usage(instance.asleep ? 200 : 1000, 0);
        Resources reserved = new Resources(null, null, 1000L, null, null, null);
        on.with(service("low").priority(Priority.LOW).resources(reserved))
                .with(service("high").priority(Priority.HIGH).resources(reserved));
        call(on, "low").join().close();
        assertThat(call(on, "high")).isCompleted();
        assertThat(state(on, "low")).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void aServiceThatNeedsMoreThanThereIsForAllIsRefusedAtOnceAndNobodyMakesRoom() {
        long mebi = 1024 * 1024;
        Lifecycle on = limited(new ServiceBudget(512 * mebi, 2.0, null, Map.of()))
                .with(reserving("low", 100 * mebi).priority(Priority.LOW))
                .with(service("large").resources(new Resources(600 * mebi, null, null, null, null, null)))
                .with(service("busy").resources(new Resources(null, null, null, 3.0, null, null)));
        call(on, "low").join().close();
        assertThat(failure(call(on, "large")))
                .hasMessage("Service large can never be woken: its memory is 600 MB, and all services together may use"
                        + " 512 MB. Lower that in services.yml, or raise system_limits in resource-limits.yml.")
                .extracting("code")
                .isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        assertThat(failure(call(on, "busy"))).hasMessageContaining("its cpu_reservation is 3.0 cores");
        assertThat(state(on, "low")).isEqualTo(ServiceState.RUNNING);
        assertThat(state(on, "large")).isEqualTo(ServiceState.STOPPED);
    }

    @Test
    void aServiceThatWasMeasuredToNeedMoreThanThereIsForAllRunsAlone() {
        Lifecycle on = limited(new ServiceBudget(1500L, null, null, Map.of()));
        on.runtime.depths = Set.of(SleepDepth.FREEZE, SleepDepth.SHALLOW);
        on.runtime.usage =
                instance -> new Instance.Usage(instance.id().service().value().equals("large") ? 2000 : 500, 0);
        on.with(reserving("large", 1000)).with(reserving("low", 500).priority(Priority.LOW));
        call(on, "large").join().close();
        on.pass(300);
        assertThat(state(on, "large")).isEqualTo(ServiceState.SLEEPING);
        on.manager.stop(ServiceName.of("low"), Force.NO);
        assertThat(call(on, "large")).isCompleted();
    }

    @Test
    void whatIsSetAsideForAServiceCountsAlsoWhereItUsesLess() {
        Lifecycle on = limited(new ServiceBudget(1500L, null, null, Map.of()));
        on.runtime.usage = instance -> new Instance.Usage(100, 0);
        on.with(reserving("one", 1000)).with(reserving("two", 1000));
        call(on, "one").join();
        on.manager.statuses();
        assertThat(call(on, "two")).isNotDone();
    }

    @Test
    void aSleeperAsksForWhatItUsedAwakeAndNotForWhatItKeeps() {
        Lifecycle on = limited(new ServiceBudget(1500L, null, null, Map.of()));
        on.runtime.depths = Set.of(SleepDepth.FREEZE, SleepDepth.SHALLOW, SleepDepth.DEEP);
        on.runtime.usage = instance -> new Instance.Usage(instance.asleep ? 2 : 800, 0);
        on.with(service("sleeper")).with(service("other"));
        call(on, "sleeper").join().close();
        on.pass(300);
        assertThat(state(on, "sleeper")).isEqualTo(ServiceState.SLEEPING);
        Lease other = call(on, "other").join();
        on.manager.statuses();
        CompletableFuture<Lease> sleeper = call(on, "sleeper");
        on.pass(10);
        assertThat(sleeper).isNotDone();
        other.close();
        on.manager.stop(ServiceName.of("other"), Force.NO);
        assertThat(sleeper).isCompleted();
    }

    @Test
    void reservedCoresAndCategoriesAreLimitsToo() {
        Lifecycle cores = limited(new ServiceBudget(null, 1.0, null, Map.of()))
                .with(service("one").resources(new Resources(null, null, null, 0.6, null, null)))
                .with(service("two").resources(new Resources(null, null, null, 0.6, null, null)));
        call(cores, "one").join();
        CompletableFuture<Lease> two = call(cores, "two");
        cores.pass(30);
        assertThat(failure(two)).hasMessageContaining("0.6 cores");

        Lifecycle heavy = limited(new ServiceBudget(null, null, null, Map.of("heavy", 1)))
                .with(service("one").category("heavy"))
                .with(service("two").category("heavy"));
        call(heavy, "one").join();
        CompletableFuture<Lease> other = call(heavy, "two");
        heavy.pass(30);
        assertThat(failure(other)).hasMessageContaining("category heavy");
    }

    @Test
    void whoeverIsRefusedHearsOfEverythingThatItWasShortOfWithFigures() {
        long mebi = 1 << 20;
        Lifecycle on = limited(new ServiceBudget(1000 * mebi, 1.0, 1, Map.of("heavy", 1)));
        Resources resources = new Resources(600 * mebi, null, null, 0.7, null, null);
        on.with(service("one").category("heavy").resources(resources))
                .with(service("two").category("heavy").resources(resources));
        call(on, "one").join();
        CompletableFuture<Lease> two = call(on, "two");
        on.pass(30);
        assertThat(failure(two))
                .hasMessageContaining("because 1 services are awake and max_concurrent_services is 1; "
                        + "1 services of category heavy are awake and max_concurrent is 1; "
                        + "it needs 600 MB, and other services use 600 of 1000 MB; "
                        + "it reserves 0.7 cores, and other services have 0.7 of 1.0. Let others sleep sooner");
    }

    @Test
    void whatCouldNeverBeAwakeIsKnownBeforeItIsRegisteredByEveryKeyThatIsTooLarge() {
        long mebi = 1 << 20;
        Lifecycle on = limited(new ServiceBudget(1000 * mebi, 1.0, null, Map.of()));
        assertThat(on.manager.objections(service("large")
                        .resources(new Resources(2000 * mebi, null, null, 1.5, null, null))
                        .build()))
                .containsOnlyKeys("resources.memory", "resources.cpu_reservation")
                .hasEntrySatisfying(
                        "resources.memory",
                        reason -> assertThat(reason).startsWith("2000 MB, and all services together may use 1000 MB"));
        assertThat(on.manager.objections(service("reserving")
                        .resources(new Resources(2000 * mebi, null, 900 * mebi, null, null, null))
                        .build()))
                .isEmpty();
    }

    @Test
    void aWakeRequestStartsAServiceOnceAndNothingIsHeardOfAFailure() {
        Lifecycle on = Lifecycle.withService();
        on.runtime.startGate = new CompletableFuture<>();
        on.manager.wakeRequest(Lifecycle.NAME, "likely");
        on.manager.wakeRequest(Lifecycle.NAME, "likely");
        on.manager.wakeRequest(ServiceName.of("unknown"), "likely");
        CompletableFuture<Lease> call = on.acquire();
        on.runtime.startGate.complete(null);
        assertThat(call).isCompleted();
        assertThat(on.runtime.starts).hasValue(1);
    }

    @Test
    void whatNobodyHasCalledForHoldsUpNoCallHoweverImportantItIs() {
        Lifecycle on = atMost(1)
                .with(service("busy"))
                .with(service("ahead").priority(Priority.CRITICAL))
                .with(service("called").priority(Priority.LOW));
        Lease busy = call(on, "busy").join();
        on.manager.prewarm(ServiceName.of("ahead"), "pre-warmed", Duration.ofHours(1));
        CompletableFuture<Lease> called = call(on, "called");
        busy.close();
        on.manager.stop(ServiceName.of("busy"), Force.NO);
        assertThat(called).isCompleted();
        assertThat(state(on, "ahead")).isEqualTo(ServiceState.STOPPED);
    }

    @Test
    void aCallForWhatWasWantedAheadOfCallsGivesItItsPlaceByPriority() {
        Lifecycle on = atMost(1)
                .with(service("busy"))
                .with(service("ahead").priority(Priority.CRITICAL))
                .with(service("called").priority(Priority.LOW));
        Lease busy = call(on, "busy").join();
        on.manager.prewarm(ServiceName.of("ahead"), "pre-warmed", Duration.ofHours(1));
        CompletableFuture<Lease> called = call(on, "called");
        CompletableFuture<Lease> ahead = call(on, "ahead");
        busy.close();
        on.manager.stop(ServiceName.of("busy"), Force.NO);
        assertThat(ahead).isCompleted();
        assertThat(called).isNotDone();
    }

    @Test
    void aWakeAheadOfCallsThatFindsNoRoomIsRefusedWithTheReason() {
        Lifecycle on = atMost(1).with(service("busy")).with(service("ahead"));
        call(on, "busy").join();
        CompletableFuture<ServiceStatus> ahead = on.manager
                .prewarm(ServiceName.of("ahead"), "pre-warmed", Duration.ofHours(1))
                .toCompletableFuture();
        on.pass(30);
        assertThat(failure(ahead)).hasMessageContaining("max_concurrent_services is 1");
        assertThat(state(on, "ahead")).isEqualTo(ServiceState.STOPPED);
    }

    @Test
    void startsAheadOfCallsTakeTheirTurnAfterThoseThatCallsWaitFor() {
        Lifecycle on = new Lifecycle(1)
                .with(service("first"))
                .with(service("ahead").priority(Priority.CRITICAL))
                .with(service("called").priority(Priority.LOW));
        CompletableFuture<Void> gate = new CompletableFuture<>();
        on.runtime.startGate = gate;
        call(on, "first");
        on.manager.prewarm(ServiceName.of("ahead"), "pre-warmed", Duration.ZERO);
        CompletableFuture<Lease> called = call(on, "called");
        on.runtime.startGate = new CompletableFuture<>();
        gate.complete(null);
        on.runtime.startGate.complete(null);
        assertThat(called).isCompleted();
        assertThat(on.runtime.instances.stream()
                        .map(instance -> instance.id().service().value()))
                .containsExactly("first", "called", "ahead");
    }

    @Test
    void aFullCategoryHoldsUpNobodyElseAndPutsNobodyOfAnotherToSleep() {
        Lifecycle on = limited(new ServiceBudget(null, null, 3, Map.of("heavy", 1)))
                .with(service("h1").category("heavy"))
                .with(service("h2").category("heavy").priority(Priority.HIGH))
                .with(service("l1").category("light").priority(Priority.LOW))
                .with(service("l2").category("light").priority(Priority.LOW));
        call(on, "l1").join().close();
        Lease held = call(on, "h1").join();
        CompletableFuture<Lease> h2 = call(on, "h2");
        on.pass(5);
        assertThat(state(on, "l1")).isEqualTo(ServiceState.RUNNING);
        assertThat(call(on, "l2")).isCompleted();
        held.close();
        on.pass(1);
        assertThat(h2).isCompleted();
        assertThat(state(on, "h1")).isEqualTo(ServiceState.SLEEPING);
        assertThat(state(on, "l1")).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void whoWaitsForMemoryIsNotPassedByOthersThatTakeMemory() {
        Lifecycle on = limited(new ServiceBudget(1500L, null, null, Map.of()))
                .with(reserving("busy", 1000))
                .with(reserving("large", 1000))
                .with(reserving("small", 200).priority(Priority.LOW))
                .with(service("nothing").priority(Priority.LOW));
        Lease held = call(on, "busy").join();
        CompletableFuture<Lease> large = call(on, "large");
        CompletableFuture<Lease> small = call(on, "small");
        assertThat(call(on, "nothing")).isCompleted();
        on.pass(20);
        assertThat(small).isNotDone();
        held.close();
        on.manager.stop(ServiceName.of("busy"), Force.NO);
        assertThat(large).isCompleted();
        assertThat(small).isCompleted();
    }

    @Test
    void nobodyIsPutToSleepWhereThatWouldNotMakeEnoughRoom() {
        Lifecycle on = limited(new ServiceBudget(1500L, null, null, Map.of()))
                .with(reserving("busy", 900))
                .with(reserving("idle", 200).priority(Priority.LOW))
                .with(reserving("large", 1000).priority(Priority.HIGH));
        call(on, "idle").join().close();
        Lease held = call(on, "busy").join();
        CompletableFuture<Lease> large = call(on, "large");
        on.pass(10);
        assertThat(state(on, "idle")).isEqualTo(ServiceState.RUNNING);
        held.close();
        on.pass(1);
        assertThat(large).isCompleted();
    }

    @Test
    void whileOneMakesRoomByEndingNobodyElseHasTo() {
        Lifecycle on = limited(new ServiceBudget(1500L, null, null, Map.of()))
                .with(reserving("one", 700).priority(Priority.LOW))
                .with(reserving("two", 700).priority(Priority.LOW))
                .with(reserving("three", 700));
        call(on, "one").join().close();
        call(on, "two").join().close();
        on.runtime.stopGate = new CompletableFuture<>();
        CompletableFuture<Lease> three = call(on, "three");
        on.pass(5);
        assertThat(state(on, "one")).isEqualTo(ServiceState.STOPPING);
        assertThat(state(on, "two")).isEqualTo(ServiceState.RUNNING);
        on.runtime.stopGate.complete(null);
        assertThat(three).isCompleted();
    }

    @Test
    void coresAreMadeFreeOnlyByThoseThatHaveReservedSome() {
        Lifecycle on = limited(new ServiceBudget(null, 1.0, null, Map.of()))
                .with(service("none").priority(Priority.LOW))
                .with(service("some")
                        .priority(Priority.LOW)
                        .resources(new Resources(null, null, null, 0.6, null, null)))
                .with(service("more").resources(new Resources(null, null, null, 0.6, null, null)));
        call(on, "none").join().close();
        on.pass(1);
        call(on, "some").join().close();
        assertThat(call(on, "more")).isCompleted();
        assertThat(state(on, "none")).isEqualTo(ServiceState.RUNNING);
        assertThat(state(on, "some")).isEqualTo(ServiceState.SLEEPING);
    }

    private static ServiceDefinition.Builder reserving(String name, long bytes) {
        return service(name).resources(new Resources(null, null, bytes, null, null, null));
    }
}
