package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.lifecycle.EmergencySettings.Action;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.SleepPolicy;
import io.forgemcp.gateway.upstream.ClientKey;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Measured every 60 s, swept every 30 s; idle timeout 300 s, at least 60 s awake. */
class SystemWatchTest {
    private double memory = 0.3;
    private double cpu = 0.1;
    private double disk = 0.1;
    private @Nullable Double failures;

    private Lifecycle watched(SystemPolicy policy) {
        Lifecycle on = new Lifecycle(4, policy);
        on.manager.watchSystem(() -> new SystemLoad.Reading(memory, cpu, disk), () -> failures);
        return on;
    }

    private Lifecycle watched(Action... actions) {
        return watched(new SystemPolicy(
                SleepSettings.DEFAULT,
                ServiceBudget.UNLIMITED,
                new EmergencySettings(0.9, 0.9, 0.85, 0.15, List.of(actions), Set.of("spared"))));
    }

    private static Lifecycle fourPriorities(Lifecycle on) {
        for (Priority priority : Priority.values()) {
            String name = priority.name().toLowerCase(java.util.Locale.ROOT);
            on.with(service(name).priority(priority));
            on.acquire(name, ClientKey.GATEWAY).join().close();
        }
        return on;
    }

    private static ServiceState state(Lifecycle on, String name) {
        return on.manager.status(ServiceName.of(name)).orElseThrow().state();
    }

    private static List<String> asleep(Lifecycle on) {
        return on.manager.statuses().stream()
                .filter(status -> status.state() == ServiceState.SLEEPING)
                .map(status -> status.name().value())
                .toList();
    }

    @Test
    void moderatePressurePutsOnlyIdleServicesOfLowPriorityToSleep() {
        Lifecycle on = fourPriorities(watched());
        memory = 0.8;
        on.pass(60);
        assertThat(on.manager.pressure()).isEqualTo(PressureLevel.MODERATE);
        assertThat(asleep(on)).containsExactly("low");
        on.pass(120);
        assertThat(asleep(on)).containsExactly("low");
    }

    @Test
    void highPressureGoesOnWithNormalAndHighPriorityAndNeverTouchesCriticalOnes() {
        Lifecycle on = fourPriorities(watched());
        memory = 0.95;
        on.pass(60);
        assertThat(asleep(on)).containsExactly("low");
        on.pass(60);
        assertThat(asleep(on)).containsExactly("low", "normal");
        on.pass(60);
        assertThat(asleep(on)).containsExactly("high", "low", "normal");
        on.pass(60);
        assertThat(state(on, "low")).isEqualTo(ServiceState.STOPPED);
        assertThat(state(on, "critical")).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void aServiceInUseOrJustWokenIsLeftAlone() {
        Lifecycle on = fourPriorities(watched());
        Lease held = on.acquire("low", ClientKey.GATEWAY).join();
        memory = 0.8;
        on.pass(60);
        assertThat(asleep(on)).isEmpty();
        on.pass(50);
        held.close();
        on.pass(10);
        assertThat(asleep(on)).isEmpty();
        on.pass(60);
        assertThat(asleep(on)).containsExactly("low");
    }

    @Test
    void pressureRisesAtAThresholdAndFallsOnlyBelowTheNextOne() {
        PressureGauge gauge = new PressureGauge();
        SleepSettings settings = SleepSettings.DEFAULT;
        double[] readings = {0.49, 0.5, 0.46, 0.44, 0.76, 0.6, 0.51, 0.49, 0.91, 0.8, 0.74, 0.3};
        PressureLevel[] levels = {
            PressureLevel.NONE, PressureLevel.LOW, PressureLevel.LOW, PressureLevel.NONE, PressureLevel.MODERATE,
            PressureLevel.MODERATE, PressureLevel.MODERATE, PressureLevel.NONE, PressureLevel.HIGH, PressureLevel.HIGH,
            PressureLevel.LOW, PressureLevel.NONE
        };
        for (int i = 0; i < readings.length; i++) {
            assertThat(gauge.update(settings, readings[i], null, null))
                    .as("reading %d: %s", i, readings[i])
                    .isEqualTo(levels[i]);
        }
        assertThat(gauge.update(settings, 0.1, 0.85, null)).isEqualTo(PressureLevel.MODERATE);
        assertThat(gauge.update(settings, 0.1, 0.2, null)).isEqualTo(PressureLevel.NONE);
        assertThat(gauge.update(settings, null, null, 1.1)).isEqualTo(PressureLevel.MODERATE);
    }

    @Test
    void aPeakOfProcessorsIsOverWithThePeakWhateverMemorySays() {
        PressureGauge gauge = new PressureGauge();
        SleepSettings settings = SleepSettings.DEFAULT;
        assertThat(gauge.update(settings, 0.55, 0.95, null)).isEqualTo(PressureLevel.MODERATE);
        assertThat(gauge.update(settings, 0.55, 0.77, null)).isEqualTo(PressureLevel.MODERATE);
        assertThat(gauge.update(settings, 0.55, 0.05, null)).isEqualTo(PressureLevel.LOW);
        assertThat(gauge.update(settings, 0.1, 0.05, 1.0)).isEqualTo(PressureLevel.MODERATE);
        assertThat(gauge.update(settings, 0.1, 0.05, 0.96)).isEqualTo(PressureLevel.MODERATE);
        assertThat(gauge.update(settings, 0.1, 0.05, 0.9)).isEqualTo(PressureLevel.NONE);
    }

    @Test
    void whatIsInUseOrAlwaysRunsCountsForTheMemoryOfAllServicesToo() {
        Lifecycle on = watched(SystemPolicy.NONE.withSleep(sleep(true, 2500L)));
        on.with(service("used"))
                .with(service("always").instances(1, 2))
                .with(service("idle").priority(Priority.LOW));
        on.acquire("used", ClientKey.GATEWAY).join();
        on.acquire("always", ClientKey.GATEWAY).join().close();
        on.acquire("idle", ClientKey.GATEWAY).join().close();
        on.manager.statuses();
        on.pass(60);
        assertThat(on.manager.pressure()).isEqualTo(PressureLevel.MODERATE);
        assertThat(asleep(on)).containsExactly("idle");
    }

    @Test
    void pressureLeavesThoseAloneThatNeverSleepOnTheirOwn() {
        Lifecycle on = watched();
        on.with(service("never").priority(Priority.LOW).sleepPolicy(SleepPolicy.NEVER))
                .with(service("normal"));
        on.acquire("never", ClientKey.GATEWAY).join().close();
        on.acquire("normal", ClientKey.GATEWAY).join().close();
        memory = 0.95;
        on.pass(240);
        assertThat(state(on, "never")).isEqualTo(ServiceState.RUNNING);
        assertThat(state(on, "normal")).isEqualTo(ServiceState.STOPPED);
    }

    @Test
    void withSleepSwitchedOffPressurePutsNobodyToSleep() {
        Lifecycle on = fourPriorities(watched(SystemPolicy.NONE.withSleep(sleep(false, null))));
        memory = 0.95;
        on.pass(600);
        assertThat(on.manager.pressure()).isEqualTo(PressureLevel.HIGH);
        assertThat(on.manager.statuses())
                .extracting(ServiceStatus::state)
                .containsOnly(ServiceState.RUNNING)
                .hasSize(4);
    }

    @Test
    void anEmergencyComesToThoseThatNeverSleepOnTheirOwnLast() {
        Lifecycle on = watched(Action.FORCE_SLEEP_ALL_SERVICES, Action.STOP_NON_CRITICAL_SERVICES);
        on.with(service("never").priority(Priority.LOW).sleepPolicy(SleepPolicy.NEVER))
                .with(service("normal"));
        on.acquire("never", ClientKey.GATEWAY).join().close();
        on.acquire("normal", ClientKey.GATEWAY).join().close();
        memory = 0.95;
        on.pass(10);
        assertThat(asleep(on)).containsExactly("normal");
        on.pass(10);
        assertThat(asleep(on)).containsExactly("never", "normal");
        on.acquire("never", ClientKey.GATEWAY).join().close();
        on.pass(10);
        assertThat(state(on, "normal")).isEqualTo(ServiceState.STOPPED);
        assertThat(state(on, "never")).isEqualTo(ServiceState.RUNNING);
        on.pass(10);
        assertThat(state(on, "never")).isEqualTo(ServiceState.STOPPED);
        assertThat(steps(on))
                .containsExactly(
                        Action.FORCE_SLEEP_ALL_SERVICES,
                        Action.FORCE_SLEEP_ALL_SERVICES,
                        Action.STOP_NON_CRITICAL_SERVICES,
                        Action.STOP_NON_CRITICAL_SERVICES);
    }

    private static SleepSettings sleep(boolean enabled, @Nullable Long memoryThreshold) {
        SleepSettings standard = SleepSettings.DEFAULT;
        return new SleepSettings(
                enabled,
                standard.maxSleeping(),
                memoryThreshold,
                standard.checkInterval(),
                standard.wakeTimeout(),
                standard.monitoring(),
                standard.pressure(),
                standard.optimization());
    }

    @Test
    void aChangeOfPressureIsTold() {
        Lifecycle on = watched();
        memory = 0.95;
        on.pass(60);
        assertThat(on.events)
                .filteredOn(PressureChanged.class::isInstance)
                .singleElement()
                .isEqualTo(new PressureChanged(on.timers.now(), PressureLevel.NONE, PressureLevel.HIGH, 0.95, 0.1));
    }

    @Test
    void pressureNeverKeepsAnybodyAwake() {
        Lifecycle on = fourPriorities(watched());
        memory = 0.95;
        on.pass(300);
        assertThat(state(on, "critical")).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void lowPressureSendsSleepersAsDeepAsTheyMayAtOnce() {
        Lifecycle on = watched();
        on.runtime.depths = Set.of(SleepDepth.FREEZE, SleepDepth.SHALLOW, SleepDepth.DEEP);
        on.with(service("search").priority(Priority.LOW));
        on.use();
        on.pass(300);
        assertThat(on.runtime.last().depth).isEqualTo(SleepDepth.FREEZE);
        memory = 0.6;
        on.pass(60);
        assertThat(on.runtime.last().depth).isEqualTo(SleepDepth.SHALLOW);
        on.pass(60);
        assertThat(on.runtime.last().depth).isEqualTo(SleepDepth.DEEP);
    }

    @Test
    void beyondTheMostThatMaySleepTheLongestAsleepIsStopped() {
        SleepSettings standard = SleepSettings.DEFAULT;
        Lifecycle on = watched(SystemPolicy.NONE.withSleep(new SleepSettings(
                true,
                2,
                null,
                standard.checkInterval(),
                standard.wakeTimeout(),
                standard.monitoring(),
                standard.pressure(),
                standard.optimization())));
        for (String name : List.of("one", "two", "three")) {
            on.with(service(name));
            on.acquire(name, ClientKey.GATEWAY).join().close();
            on.pass(10);
        }
        on.pass(300);
        assertThat(state(on, "one")).isEqualTo(ServiceState.STOPPED);
        assertThat(asleep(on)).containsExactly("three", "two");
        assertThat(on.manager.transitions(ServiceName.of("one")))
                .extracting(StateTransition::reason)
                .endsWith("longest asleep, and max_sleeping_services is 2");
    }

    @Test
    void anInstanceWithAClientsOwnSessionIsNotStopped() {
        SleepSettings standard = SleepSettings.DEFAULT;
        Lifecycle on = watched(SystemPolicy.NONE.withSleep(new SleepSettings(
                true,
                0,
                null,
                standard.checkInterval(),
                standard.wakeTimeout(),
                standard.monitoring(),
                standard.pressure(),
                standard.optimization())));
        on.with(service("own").isolation(Isolation.SESSION).instances(0, 2));
        on.acquire("own", new ClientKey("ann")).join().close();
        on.pass(400);
        assertThat(state(on, "own")).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void withSleepSwitchedOffNobodyFallsAsleepUntilItIsSwitchedOnAgain() {
        Lifecycle on = watched();
        SleepSettings now = on.manager.sleepSettings();
        on.with(service("search"));
        on.manager.sleepSettings(new SleepSettings(
                false,
                now.maxSleeping(),
                null,
                now.checkInterval(),
                now.wakeTimeout(),
                now.monitoring(),
                now.pressure(),
                now.optimization()));
        on.use();
        on.pass(1000);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        on.manager.sleepSettings(now);
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void criticalServicesAreStartedWithTheGatewayIfThatIsAskedFor() {
        SleepSettings standard = SleepSettings.DEFAULT;
        Lifecycle on = watched(SystemPolicy.NONE.withSleep(new SleepSettings(
                true,
                10,
                null,
                standard.checkInterval(),
                standard.wakeTimeout(),
                standard.monitoring(),
                standard.pressure(),
                new SleepSettings.Optimization(true, true, true, true))));
        on.with(service("vital").priority(Priority.CRITICAL)).with(service("other"));
        on.manager.startAutoStarted();
        assertThat(state(on, "vital")).isEqualTo(ServiceState.RUNNING);
        assertThat(state(on, "other")).isEqualTo(ServiceState.STOPPED);
    }

    @Test
    void anEmergencyTakesTheListedActionsInOrderAndIsOverOnlyClearlyBelowItsThreshold() {
        Lifecycle on = fourPriorities(watched(
                Action.INCREASE_SLEEP_FREQUENCY, Action.FORCE_SLEEP_ALL_SERVICES, Action.STOP_NON_CRITICAL_SERVICES));
        on.with(service("spared").priority(Priority.LOW));
        on.acquire("spared", ClientKey.GATEWAY).join().close();
        disk = 0.86;
        on.pass(10);
        assertThat(steps(on)).containsExactly(Action.INCREASE_SLEEP_FREQUENCY);
        on.pass(10);
        assertThat(asleep(on)).containsExactly("critical", "high", "low", "normal");
        on.pass(10);
        assertThat(asleep(on)).containsExactly("critical");
        assertThat(state(on, "spared")).isEqualTo(ServiceState.RUNNING);
        disk = 0.82;
        on.pass(20);
        assertThat(steps(on)).hasSize(3);
        disk = 0.79;
        on.pass(10);
        assertThat(on.events.get(on.events.size() - 1))
                .isInstanceOfSatisfying(
                        EmergencyStep.class, step -> assertThat(step.action()).isNull());
        disk = 0.86;
        on.pass(10);
        assertThat(steps(on)).hasSize(5).endsWith((Action) null, Action.INCREASE_SLEEP_FREQUENCY);
    }

    @Test
    void whileAnEmergencyLastsItsActionsComeToThoseThatAreIdleAgain() {
        Lifecycle on = watched(
                Action.INCREASE_SLEEP_FREQUENCY, Action.FORCE_SLEEP_ALL_SERVICES, Action.STOP_NON_CRITICAL_SERVICES);
        on.with(service("search"));
        on.use();
        memory = 0.95;
        on.pass(30);
        assertThat(on.state()).isEqualTo(ServiceState.STOPPED);
        assertThat(steps(on)).hasSize(3);
        on.pass(120);
        assertThat(steps(on)).as("nobody is concerned").hasSize(3);

        on.pass(5);
        on.use();
        on.pass(10);
        assertThat(on.state()).as("used just now").isEqualTo(ServiceState.RUNNING);
        on.pass(10);
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
        on.pass(20);
        assertThat(on.state()).isEqualTo(ServiceState.STOPPED);
        on.pass(600);
        assertThat(steps(on)).hasSize(5).endsWith(Action.FORCE_SLEEP_ALL_SERVICES, Action.STOP_NON_CRITICAL_SERVICES);

        memory = 0.3;
        on.pass(10);
        assertThat(steps(on)).hasSize(6).endsWith((Action) null);
        on.use();
        on.pass(200);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void aServiceThatIsInUseDuringAnEmergencyIsMetOnceItIsIdle() {
        Lifecycle on = watched(Action.FORCE_SLEEP_ALL_SERVICES);
        on.with(service("search"));
        Lease lease = on.acquire().join();
        cpu = 0.95;
        on.pass(60);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        lease.close();
        on.pass(20);
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
        on.pass(600);
        assertThat(steps(on)).hasSize(2);
    }

    @Test
    void anEmergencyThatLastsComesAgainToThoseThatNeverSleepOnTheirOwn() {
        Lifecycle on = watched(Action.FORCE_SLEEP_ALL_SERVICES);
        on.with(service("never").sleepPolicy(SleepPolicy.NEVER)).with(service("normal"));
        cpu = 0.95;
        on.pass(10);
        on.acquire("never", ClientKey.GATEWAY).join().close();
        on.acquire("normal", ClientKey.GATEWAY).join().close();
        on.pass(10);
        assertThat(asleep(on)).containsExactly("normal");
        on.pass(10);
        assertThat(asleep(on)).containsExactly("never", "normal");
        assertThat(steps(on)).hasSize(3);
    }

    @Test
    void inAnEmergencyIdleServicesSleepAfterAQuarterOfTheirTime() {
        Lifecycle on = watched(Action.INCREASE_SLEEP_FREQUENCY);
        on.with(service("search"));
        failures = 0.5;
        on.pass(10);
        on.use();
        on.pass(74);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        on.pass(1);
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void aStepSaysWhatWasMeasuredAndWhomItConcerned() {
        Lifecycle on = watched(Action.FORCE_SLEEP_ALL_SERVICES);
        on.with(service("search"));
        on.use();
        cpu = 0.93;
        on.pass(10);
        assertThat(on.events)
                .filteredOn(EmergencyStep.class::isInstance)
                .singleElement()
                .isEqualTo(new EmergencyStep(
                        on.timers.now(),
                        "processors in use 93%, the threshold is 90%",
                        Action.FORCE_SLEEP_ALL_SERVICES,
                        List.of("search")));
    }

    @Test
    void nothingIsWatchedAfterTheEnd() {
        Lifecycle on = watched(Action.FORCE_SLEEP_ALL_SERVICES);
        on.manager.close();
        on.timers.advance(Duration.ofHours(1));
        assertThat(on.timers.waiting()).isZero();
    }

    private static List<@Nullable Action> steps(Lifecycle on) {
        return on.events.stream()
                .filter(EmergencyStep.class::isInstance)
                .map(step -> ((EmergencyStep) step).action())
                .collect(java.util.stream.Collectors.toList());
    }
}
