package io.forgemcp.gateway.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.lifecycle.MeasuredServices;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.metrics.DropwizardMetrics;
import io.forgemcp.gateway.scaling.ServicePrewarmed;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.SleepPolicy;
import io.forgemcp.gateway.service.WakeSchedule;
import io.forgemcp.gateway.service.WakeTime;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Services with schedules on manual time, which begins at midnight of Thursday, 1 January 2026. */
class ScheduledWakesTest {
    private static final ServiceName NAME = ServiceName.of("search");
    private static final Duration IDLE = Duration.ofMinutes(5);

    private final MetricRegistry registry = new MetricRegistry();
    private final MeasuredServices on = new MeasuredServices();
    private final ScheduledWakes wakes = new ScheduledWakes(
            on.manager, new PreWarmer(on.manager, new DropwizardMetrics(registry), on.bus, on.timers), on.timers);
    private final Repeating looking =
            new Repeating("wake", wakes::untilNextLook, wakes::look, on.timers, Runnable::run);

    private static ServiceDefinition.Builder service(String name, @Nullable Duration stay, String... times) {
        SleepPolicy policy = new SleepPolicy(true, IDLE, Duration.ZERO, null, SleepPolicy.Depth.AUTO);
        return ServiceDefinition.stdio(name, "server")
                .sleepPolicy(policy.withWakeSchedule(
                        new WakeSchedule(Stream.of(times).map(WakeTime::parse).toList(), ZoneOffset.UTC, stay)));
    }

    @BeforeEach
    void begin() {
        wakes.look();
        looking.start();
    }

    @AfterEach
    void close() {
        looking.close();
        on.close();
    }

    private void known(ServiceDefinition.Builder service) {
        on.with(service);
        wakes.look();
    }

    private void until(String time) {
        on.pass(Duration.between(on.timers.now(), Instant.parse("2026-01-" + time + "Z")));
    }

    private ServiceState state(String name) {
        return on.manager.status(ServiceName.of(name)).orElseThrow().state();
    }

    private void putToSleep(String name) {
        on.acquire(name).close();
        on.manager.sleep(ServiceName.of(name), Force.YES);
        assertThat(state(name)).isEqualTo(ServiceState.SLEEPING);
    }

    private List<ServicePrewarmed> prewarms() {
        return on.events.stream()
                .filter(ServicePrewarmed.class::isInstance)
                .map(ServicePrewarmed.class::cast)
                .toList();
    }

    @Test
    void aServiceIsAwakeAtItsTimeAndForItsIdleTimeoutFromThenOn() {
        known(service("search", null, "daily 08:30"));
        putToSleep("search");
        until("01T08:29:58");
        assertThat(state("search")).isEqualTo(ServiceState.SLEEPING);
        until("01T08:30:00");
        assertThat(state("search")).isEqualTo(ServiceState.RUNNING);
        until("01T08:34:59");
        assertThat(state("search")).isEqualTo(ServiceState.RUNNING);
        until("01T08:35:00");
        assertThat(state("search")).isEqualTo(ServiceState.SLEEPING);
        assertThat(prewarms()).extracting(ServicePrewarmed::cause).containsExactly("schedule");
        assertThat(registry.getCounters().entrySet().stream()
                        .filter(entry -> entry.getKey().contains("prewarms")
                                && entry.getKey().contains("schedule"))
                        .mapToLong(entry -> entry.getValue().getCount())
                        .sum())
                .isEqualTo(1);
        assertThat(on.manager.transitions(NAME))
                .anySatisfy(change -> assertThat(change.reason()).isEqualTo("pre-warmed: schedule"));
    }

    @Test
    void itStaysAwakeAsLongAsTheScheduleSaysUnlessItIsPutToSleepByCommand() {
        known(service("search", Duration.ofHours(2), "daily 08:30"));
        until("01T10:29:59");
        assertThat(state("search")).isEqualTo(ServiceState.RUNNING);
        until("01T10:30:00");
        assertThat(state("search")).isEqualTo(ServiceState.SLEEPING);
        until("02T08:40:00");
        assertThat(on.manager.sleep(NAME, Force.NO)).isCompleted();
        assertThat(state("search")).isEqualTo(ServiceState.SLEEPING);
        until("02T10:00:00");
        assertThat(state("search")).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void theWakeBeginsAsMuchEarlierAsTheServicesOwnWakesTake() {
        on.wakeTakes = Duration.ofSeconds(20);
        known(service("search", null, "daily 08:30"));
        putToSleep("search");
        Lease lease = wakeByACall();
        lease.close();
        until("01T08:29:38");
        assertThat(state("search")).isEqualTo(ServiceState.SLEEPING);
        until("01T08:29:40");
        assertThat(state("search")).isEqualTo(ServiceState.WAKING);
        until("01T08:30:00");
        assertThat(state("search")).isEqualTo(ServiceState.RUNNING);
    }

    private Lease wakeByACall() {
        var call = on.manager
                .acquire(NAME, io.forgemcp.gateway.upstream.ClientKey.GATEWAY, Duration.ofSeconds(30))
                .toCompletableFuture();
        on.pass(on.wakeTakes);
        return call.join();
    }

    @Test
    void severalThatAreDueTogetherAreWokenOneAfterAnotherAndAllInTime() {
        List<String> names = List.of("one", "two", "three", "four");
        names.forEach(name -> known(service(name, null, "daily 08:30")));
        until("01T08:29:21");
        assertThat(names)
                .filteredOn(name -> state(name) == ServiceState.RUNNING)
                .hasSize(1);
        until("01T08:29:30");
        assertThat(names)
                .filteredOn(name -> state(name) == ServiceState.RUNNING)
                .hasSize(2);
        until("01T08:30:00");
        assertThat(names).allMatch(name -> state(name) == ServiceState.RUNNING);
        until("01T08:34:59");
        assertThat(names).allMatch(name -> state(name) == ServiceState.RUNNING);
    }

    @Test
    void aServiceThatRunsAlreadyIsKeptAwakeAndNotCountedAsWoken() {
        known(service("search", null, "daily 08:30"));
        until("01T08:26:00");
        on.acquire("search").close();
        until("01T08:34:59");
        assertThat(state("search")).isEqualTo(ServiceState.RUNNING);
        until("01T08:35:00");
        assertThat(state("search")).isEqualTo(ServiceState.SLEEPING);
        assertThat(prewarms()).isEmpty();
    }

    @Test
    void aServiceThatNeverRanOrWasStoppedIsStarted() {
        known(service("search", null, "daily 08:30", "daily 12:00"));
        until("01T08:30:00");
        assertThat(state("search")).isEqualTo(ServiceState.RUNNING);
        on.manager.stop(NAME, Force.NO);
        until("01T11:59:00");
        assertThat(state("search")).isEqualTo(ServiceState.STOPPED);
        until("01T12:00:00");
        assertThat(state("search")).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void theNextTimeIsShown() {
        known(service("search", null, "Sat 08:30"));
        assertThat(on.manager.status(NAME).map(ServiceStatus::nextScheduledWake))
                .contains(Instant.parse("2026-01-03T08:30:00Z"));
    }

    @Test
    void aServiceThatNeverSleepsOrAlwaysRunsHasNoNextTime() {
        SleepPolicy never = SleepPolicy.NEVER.withWakeSchedule(
                new WakeSchedule(List.of(WakeTime.parse("daily 08:30")), ZoneOffset.UTC, null));
        known(ServiceDefinition.stdio("awake", "server").sleepPolicy(never));
        known(service("several", null, "daily 08:30").instances(1, 2));
        known(service("broken", null, "daily 08:30").unavailable("TOKEN is not set"));
        assertThat(on.manager.statuses()).allMatch(status -> status.nextScheduledWake() == null);
        until("01T09:00:00");
        assertThat(prewarms()).isEmpty();
    }

    @Test
    void timesThatAnHourForwardJumpsOverAreMadeUpForOnceIfTheyAreNotLongPast() {
        known(service("search", null, "daily 08:00", "daily 08:50", "daily 08:55", "daily 08:58"));
        until("01T07:59:00");
        putToSleep("search");
        on.timers.jumpWallClock(Duration.ofHours(1));
        on.pass(ScheduledWakes.LONGEST_WAIT);
        assertThat(state("search")).isEqualTo(ServiceState.RUNNING);
        on.pass(Duration.ofHours(1));
        assertThat(prewarms()).hasSize(1);
    }

    @Test
    void timesThatAreLongPastAfterAJumpAreLeftOut() {
        known(service("search", null, "daily 08:30"));
        until("01T08:00:00");
        on.timers.jumpWallClock(Duration.ofDays(400));
        on.pass(Duration.ofMinutes(30).minusSeconds(12));
        assertThat(prewarms()).isEmpty();
        on.pass(Duration.ofSeconds(12));
        assertThat(prewarms()).hasSize(1);
    }

    @Test
    void aClockThatIsSetBackALittleRepeatsNothingAndOneThatIsSetBackFarBeginsAnew() {
        known(service("search", null, "daily 08:30"));
        until("01T08:31:00");
        on.timers.jumpWallClock(Duration.ofMinutes(-10));
        on.pass(Duration.ofMinutes(15));
        assertThat(prewarms()).hasSize(1);
        on.timers.jumpWallClock(Duration.ofHours(-1));
        on.pass(Duration.ofHours(2));
        assertThat(prewarms()).hasSize(2);
    }

    @Test
    void aServiceThatIsRegisteredAnewFollowsItsNewSchedule() {
        known(service("search", null, "daily 08:30"));
        on.manager.remove(NAME);
        known(service("search", null, "daily 09:30"));
        until("01T09:00:00");
        assertThat(state("search")).isEqualTo(ServiceState.STOPPED);
        until("01T09:30:00");
        assertThat(state("search")).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void timesFromBeforeTheServiceWasKnownAreNotMadeUpFor() {
        until("01T08:30:01");
        known(service("search", null, "daily 08:30"));
        until("01T09:00:00");
        assertThat(state("search")).isEqualTo(ServiceState.STOPPED);
    }

    @Test
    void aWakeThatFailsLeavesARecordOfWhyAndIsNotCounted() {
        on.refuseStarts = true;
        known(service("search", null, "daily 08:30"));
        until("01T08:29:51");
        assertThat(prewarms()).hasSize(1);
        assertThat(prewarms().get(0).refusal()).contains("no room");
        assertThat(registry.getCounters())
                .noneSatisfy((name, counter) -> assertThat(name).contains("prewarms"));
    }

    @Test
    void aWakeThatFailsIsTriedAgainAsLongAsTheServiceWasToBeAwake() {
        on.refuseStarts = true;
        known(service("search", null, "daily 08:30"));
        until("01T08:32:00");
        assertThat(state("search")).isEqualTo(ServiceState.ERROR);
        on.refuseStarts = false;
        until("01T08:33:00");
        assertThat(state("search")).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void aWakeThatFailsIsNotTriedAgainWhenItsTimeIsOver() {
        on.refuseStarts = true;
        known(service("search", null, "daily 08:30"));
        until("01T08:35:00");
        int tried = prewarms().size();
        assertThat(tried).isBetween(8, 12);
        until("01T12:00:00");
        assertThat(prewarms()).hasSize(tried);
    }

    @Test
    void aWakeThatFailsIsNotTriedAgainForADefinitionThatIsNoLongerThere() {
        on.refuseStarts = true;
        known(service("search", null, "daily 08:30"));
        until("01T08:29:51");
        on.manager.remove(NAME);
        known(service("search", null, "daily 20:00"));
        until("01T09:00:00");
        assertThat(prewarms()).hasSize(1);
    }
}
