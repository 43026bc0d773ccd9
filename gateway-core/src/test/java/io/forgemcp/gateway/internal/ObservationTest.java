package io.forgemcp.gateway.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.endpoint.CountedCalls;
import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.MeasuredServices;
import io.forgemcp.gateway.metrics.DropwizardMetrics;
import io.forgemcp.gateway.scaling.PreWarmSettings;
import io.forgemcp.gateway.scaling.ScalingSettings;
import io.forgemcp.gateway.scaling.efficiency.EfficiencyReport;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.store.InMemoryStore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Everything that is measured, on manual time. */
class ObservationTest {
    private static final ServiceName NAME = ServiceName.of("search");

    private final WakeTimes wakes = new WakeTimes(new DropwizardMetrics(new com.codahale.metrics.MetricRegistry()));
    private final MeasuredServices on = new MeasuredServices(wakes);
    private Observation observation = observation(PreWarmSettings.DEFAULT);

    private Observation observation(PreWarmSettings preWarm) {
        return new Observation(
                on.manager,
                null,
                ScalingSettings.DEFAULT,
                preWarm,
                new CountedCalls()::tallies,
                new InMemoryStore(),
                on.timers,
                on.bus,
                wakes,
                Runnable::run);
    }

    @BeforeEach
    void register() {
        on.with(ServiceDefinition.stdio("search", "server"));
    }

    @AfterEach
    void close() {
        observation.close();
        on.close();
    }

    private EfficiencyReport.Service measured() {
        return observation.efficiency().services().get(0);
    }

    @Test
    void whatAServiceUsesAwakeAndAsleepIsMeasuredWithTheCompressedStoreCounted() {
        observation.start();
        on.acquire("search").close();
        on.instances.get(0).usage = new Instance.Usage(1000, 0);
        on.pass(Duration.ofMinutes(2));
        on.manager.sleep(NAME, Force.YES);
        on.instances.get(0).usage = new Instance.Usage(100, 0, 900L, 400L);
        on.pass(Duration.ofMinutes(2));
        assertThat(measured().memoryAwakeBytes()).isEqualTo(1000);
        assertThat(measured().memoryAsleepBytes()).isEqualTo(500);
        assertThat(measured().cpuAsleep()).isZero();
        assertThat(observation.efficiency().total().memorySaved()).isBetween(0.2, 0.3);
    }

    @Test
    void aServiceThatHasFailedOrWasStoppedDoesNotSleep() {
        on.acquire("search").close();
        on.instances.get(0).usage = new Instance.Usage(1000, 0);
        observation.start();
        on.pass(Duration.ofMinutes(2));
        on.manager.stop(NAME, Force.YES);
        on.pass(Duration.ofMinutes(10));
        assertThat(measured().asleep()).isZero();
        assertThat(measured().awake()).isBetween(Duration.ofSeconds(110), Duration.ofSeconds(130));
    }

    @Test
    void wakesAreSummedUpByPriority() {
        on.acquire("search").close();
        on.pass(Duration.ofMinutes(2));
        on.manager.sleep(NAME, Force.YES);
        on.acquire("search").close();
        assertThat(observation.efficiency().wakes()).containsOnlyKeys("normal");
        assertThat(observation.efficiency().wakes().get("normal").count()).isEqualTo(1);
    }

    @Test
    void aSearchWakesTheServicesOfItsBestHitsIfTheySleep() {
        on.with(ServiceDefinition.stdio("other", "server"));
        on.with(ServiceDefinition.stdio("third", "server"));
        for (String name : List.of("search", "other", "third")) {
            on.acquire(name).close();
            on.manager.sleep(ServiceName.of(name), Force.YES);
        }
        observation.found(List.of(NAME, ServiceName.of("other"), ServiceName.of("third")));
        assertThat(on.awake("search")).isEqualTo(1);
        assertThat(on.awake("other")).isEqualTo(1);
        assertThat(on.awake("third")).isZero();
    }

    @Test
    void aSearchWakesNobodyWhereThatIsSwitchedOff() {
        observation = observation(PreWarmSettings.NONE);
        on.acquire("search").close();
        on.manager.sleep(NAME, Force.YES);
        observation.found(List.of(NAME));
        assertThat(on.awake("search")).isZero();
    }

    @Test
    void aSearchStartsNothingThatNeverRan() {
        observation.found(List.of(NAME));
        assertThat(on.instances).isEmpty();
    }
}
