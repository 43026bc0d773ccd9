package io.forgemcp.gateway.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.internal.ScalingLoop.Mode;
import io.forgemcp.gateway.lifecycle.EmergencySettings;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.lifecycle.MeasuredServices;
import io.forgemcp.gateway.lifecycle.ServiceBudget;
import io.forgemcp.gateway.lifecycle.SleepSettings;
import io.forgemcp.gateway.lifecycle.SystemPolicy;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.scaling.ScalingPolicy;
import io.forgemcp.gateway.scaling.ScalingRecord;
import io.forgemcp.gateway.scaling.ScalingRecord.Outcome;
import io.forgemcp.gateway.scaling.ScalingSettings;
import io.forgemcp.gateway.scaling.ServiceScaled;
import io.forgemcp.gateway.scaling.ThresholdScalingPolicy;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.Resources;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Measuring every 10 s and deciding every 30 s, as in the product, on manual time. */
class ScalingLoopTest {
    private static final ServiceName NAME = ServiceName.of("search");
    private static final ThresholdScalingPolicy THRESHOLDS =
            new ThresholdScalingPolicy(ThresholdScalingPolicy.Settings.DEFAULT);

    private MeasuredServices on = new MeasuredServices();
    private final Deque<Lease> calls = new ArrayDeque<>();
    private ScalingLoop loop = loop(THRESHOLDS, ScalingSettings.Limits.NONE);

    @AfterEach
    void close() {
        on.close();
    }

    private ScalingLoop loop(ScalingPolicy policy, ScalingSettings.Limits limits) {
        ScalingSettings standard = ScalingSettings.DEFAULT;
        return new ScalingLoop(
                on.manager,
                service -> policy,
                new ScalingSettings(
                        standard.interval(),
                        true,
                        standard.collectionInterval(),
                        standard.retention(),
                        standard.cooldown(),
                        limits,
                        Map.of()),
                on.timers,
                on.bus,
                new NoMetrics());
    }

    private static ServiceDefinition.Builder service(int min, int max) {
        return ServiceDefinition.stdio("search", "server")
                .instances(min, max)
                .resources(new Resources(1000L, 1.0, null, null, null, null));
    }

    private void busy(int number) {
        while (calls.size() < number) {
            calls.add(on.acquire("search"));
        }
        while (calls.size() > number) {
            calls.remove().close();
        }
    }

    /** Three measurements, then one pass. */
    private ScalingRecord round() {
        for (int i = 0; i < 3; i++) {
            on.pass(Duration.ofSeconds(10));
            loop.measured(on.manager.load(NAME).orElseThrow());
        }
        return loop.pass(Mode.APPLY).get(0);
    }

    private List<Outcome> rounds(int number) {
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            outcomes.add(round().outcome());
        }
        return outcomes;
    }

    @Test
    void loadAddsAnInstanceAndItsAbsenceTakesItAwayAgain() {
        on.with(service(0, 3));
        busy(6);
        ScalingRecord up = round();
        assertThat(up.outcome()).isEqualTo(Outcome.SCALED);
        assertThat(up.target()).isEqualTo(2);
        assertThat(up.reason()).contains("call slots 100%");
        assertThat(on.awake("search")).isEqualTo(2);

        busy(1);
        List<Outcome> quiet = rounds(4);
        assertThat(quiet).containsOnlyOnce(Outcome.SCALED);
        assertThat(on.awake("search")).isEqualTo(1);
        assertThat(loop.history()).extracting(ScalingRecord::target).contains(2, 1);
        busy(0);
    }

    @Test
    void aFullMinuteMustBeQuietAndItBeginsAnewAfterEveryChange() {
        on.with(service(0, 4));
        busy(18);
        while (on.awake("search") < 4) {
            round();
        }
        busy(0);
        on.pass(Duration.ofSeconds(1));
        busy(1);
        List<Integer> awake = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            round();
            awake.add(on.awake("search"));
        }
        // One fewer at most every second round, for the cooldown is 60 s and a round 30 s.
        assertThat(awake.get(0)).isEqualTo(4);
        for (int i = 2; i < awake.size(); i++) {
            assertThat(awake.get(i - 2) - awake.get(i)).isLessThanOrEqualTo(1);
        }
        assertThat(awake.get(9)).isEqualTo(1);
        busy(0);
    }

    @Test
    void measuredMemoryAddsAnInstance() {
        on.with(service(0, 2));
        busy(1);
        on.instances.get(0).usage = new Instance.Usage(950, 0);
        ScalingRecord record = round();
        assertThat(record.reason()).contains("memory 95%");
        assertThat(record.load()).isNotNull();
        assertThat(record.load().memory()).isEqualTo(0.95);
        assertThat(on.awake("search")).isEqualTo(2);
        busy(0);
    }

    @Test
    void fewerThanTheLeastAreBroughtUp() {
        on.with(service(2, 3));
        ScalingRecord record = round();
        assertThat(record.outcome()).isEqualTo(Outcome.SCALED);
        assertThat(record.reason()).contains("min_instances 2");
        assertThat(on.awake("search")).isEqualTo(2);
    }

    @Test
    void theLimitOfAllServicesTogetherHoldsInstancesBackAndSaysSo() {
        loop = loop(THRESHOLDS, new ScalingSettings.Limits(1, null, null));
        on.with(service(0, 3));
        busy(6);
        ScalingRecord record = round();
        assertThat(record.outcome()).isEqualTo(Outcome.HELD);
        assertThat(record.reason()).contains("max_concurrent_services 1");
        assertThat(on.awake("search")).isEqualTo(1);
        busy(0);
    }

    @Test
    void theMemoryOfAllServicesTogetherHoldsInstancesBack() {
        loop = loop(THRESHOLDS, new ScalingSettings.Limits(null, 1500L, null));
        on.with(service(0, 5));
        busy(1);
        on.instances.get(0).usage = new Instance.Usage(1000, 0);
        assertThat(round().outcome()).isEqualTo(Outcome.HELD);
        assertThat(on.awake("search")).isEqualTo(1);
        busy(0);
    }

    @Test
    void aDryRunExplainsAndChangesNothing() {
        on.with(service(0, 3));
        busy(6);
        on.pass(Duration.ofSeconds(10));
        loop.measured(on.manager.load(NAME).orElseThrow());
        ScalingRecord record = loop.pass(Mode.DRY_RUN).get(0);
        assertThat(record.outcome()).isEqualTo(Outcome.DRY_RUN);
        assertThat(record.target()).isEqualTo(2);
        assertThat(on.awake("search")).isEqualTo(1);
        assertThat(loop.history()).isEmpty();
        assertThat(on.events).noneMatch(ServiceScaled.class::isInstance);
        busy(0);
    }

    @Test
    void everyChangeIsAnEventAndWhatIsHeldBackIsOneOnce() {
        loop = loop(THRESHOLDS, new ScalingSettings.Limits(1, null, null));
        on.with(service(0, 3));
        busy(6);
        rounds(4);
        assertThat(on.events.stream().filter(ServiceScaled.class::isInstance)).hasSize(1);
        assertThat(loop.history()).hasSize(1);
        busy(0);
    }

    @Test
    void anInstanceThatCannotBeStartedIsRecordedWithTheReason() {
        on.with(service(0, 3));
        busy(6);
        on.refuseStarts = true;
        round();
        assertThat(loop.history()).anySatisfy(record -> {
            assertThat(record.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(record.reason()).contains("no room");
        });
        assertThat(on.awake("search")).isEqualTo(1);
        busy(0);
    }

    @Test
    void anInstanceThatWaitsForRoomIsNotDecidedAgainAndAgain() {
        // Room for one and a half: the second waits until the first is gone.
        try (MeasuredServices tight = new MeasuredServices(
                new NoMetrics(),
                new SystemPolicy(
                        SleepSettings.DEFAULT,
                        new ServiceBudget(1500L, null, null, Map.of()),
                        EmergencySettings.NONE))) {
            on = tight;
            loop = loop(THRESHOLDS, ScalingSettings.Limits.NONE);
            on.with(service(0, 3));
            busy(6);

            assertThat(round().outcome()).isEqualTo(Outcome.SCALED);
            assertThat(on.awake("search")).isEqualTo(1);
            ScalingRecord meanwhile = round();

            assertThat(meanwhile.outcome()).isEqualTo(Outcome.HELD);
            assertThat(meanwhile.reason()).contains("still being carried out");
            assertThat(loop.history())
                    .filteredOn(each -> each.outcome() == Outcome.SCALED)
                    .hasSize(1);
        }
    }

    @Test
    void aPolicyThatThrowsChangesNothing() {
        loop = loop(
                inputs -> {
                    throw new IllegalStateException("defect");
                },
                ScalingSettings.Limits.NONE);
        on.with(service(0, 3));
        busy(1);
        assertThat(round().outcome()).isEqualTo(Outcome.UNCHANGED);
        busy(0);
    }

    @Test
    void instancesThatBelongToClientsAreNotCounted() {
        on.with(service(0, 3).isolation(Isolation.SESSION));
        loop = loop(inputs -> new io.forgemcp.gateway.scaling.ScalingDecision(3, "more"), ScalingSettings.Limits.NONE);
        assertThat(round().reason()).contains("isolation: session");
        assertThat(on.instances).isEmpty();
    }

    @Test
    void aJumpOfTheWallClockRemovesNothingBeforeTheCooldown() {
        on.with(service(0, 3));
        busy(6);
        round();
        assertThat(on.awake("search")).isEqualTo(2);
        busy(1);
        on.timers.jumpWallClock(Duration.ofHours(1));
        assertThat(round().outcome()).isNotEqualTo(Outcome.SCALED);
        assertThat(on.awake("search")).isEqualTo(2);
        busy(0);
    }
}
