package io.forgemcp.gateway.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.service.Resources;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The ceilings of a service: those that its runtime really sets count, whatever is or is not configured. */
class CeilingsTest {
    private static final ServiceName NAME = ServiceName.of("search");
    private static final long MIB = 1 << 20;

    private final Gauges gauges = new Gauges();
    private final MeasuredServices services = new MeasuredServices(gauges);

    @AfterEach
    void close() {
        services.close();
    }

    private MeasuredServices.Measured run(ServiceDefinition.Builder service, Instance.Limits limits) {
        services.with(service);
        services.acquire("search").close();
        MeasuredServices.Measured instance = services.instances.get(0);
        instance.limits = limits;
        return instance;
    }

    private static ServiceDefinition.Builder unlimited() {
        return ServiceDefinition.stdio("search", "some-server");
    }

    private Resources shown() {
        return services.manager.status(NAME).orElseThrow().resources();
    }

    @Test
    void whatTheRuntimeSetsIsShownWhereNothingIsConfigured() {
        run(unlimited(), new Instance.Limits(512 * MIB, 1.0));

        assertThat(shown().memoryBytes()).isEqualTo(512 * MIB);
        assertThat(shown().cpuCores()).isEqualTo(1.0);
        assertThat(gauges.value(Metric.MEMORY_LIMIT, "search", "running")).isEqualTo(512.0 * MIB);
    }

    @Test
    void useIsMeasuredAgainstIt() {
        MeasuredServices.Measured instance = run(unlimited(), new Instance.Limits(512 * MIB, 1.0));
        instance.usage = new Instance.Usage(128 * MIB, 0);
        services.manager.load(NAME);
        services.pass(Duration.ofSeconds(10));
        instance.usage = new Instance.Usage(128 * MIB, Duration.ofMillis(9_800).toNanos());

        ServiceLoad load = services.manager.load(NAME).orElseThrow();

        assertThat(load.cpu()).isCloseTo(0.98, within(0.001));
        assertThat(load.memory()).isCloseTo(0.25, within(0.001));
    }

    @Test
    void whatSeveralInstancesUseTogetherIsComparedWithWhatTheyMayUseTogether() {
        services.with(unlimited()
                .resources(new Resources(200 * MIB, 0.5, null, null, null, null))
                .instances(2, 2));
        services.acquire("search").close();
        services.manager.scale(NAME, 2, "wanted");
        services.instances.forEach(instance -> instance.usage = new Instance.Usage(128 * MIB, 0));

        ServiceStatus status = services.manager.status(NAME).orElseThrow();

        assertThat(status.instances()).hasSize(2);
        assertThat(status.memoryBytes()).isEqualTo(256 * MIB);
        assertThat(status.limits()).isEqualTo(new Instance.Limits(400 * MIB, 1.0));
        assertThat(gauges.value(Metric.MEMORY_USAGE, "search", "running")).isEqualTo(256.0 * MIB);
        assertThat(gauges.value(Metric.MEMORY_LIMIT, "search", "running")).isEqualTo(400.0 * MIB);
        assertThat(shown().memoryBytes()).isEqualTo(200 * MIB);
    }

    @Test
    void whatIsStoppedShowsTheLimitOfOneInstance() {
        services.with(unlimited().resources(new Resources(200 * MIB, 0.5, null, null, null, null)));

        assertThat(services.manager.status(NAME).orElseThrow().limits()).isEqualTo(new Instance.Limits(200 * MIB, 0.5));
    }

    @Test
    void whatIsConfiguredCountsWhereTheRuntimeSetsNothing() {
        run(unlimited().resources(new Resources(192 * MIB, 0.5, null, null, null, null)), Instance.Limits.NONE);

        assertThat(shown().memoryBytes()).isEqualTo(192 * MIB);
        assertThat(shown().cpuCores()).isEqualTo(0.5);
    }

    @Test
    void noCeilingIsInventedWhereNobodySetsAny() {
        MeasuredServices.Measured instance = run(unlimited(), Instance.Limits.NONE);
        instance.usage = new Instance.Usage(128 * MIB, 0);

        assertThat(shown().memoryBytes()).isNull();
        assertThat(shown().cpuCores()).isNull();
        assertThat(services.manager.load(NAME).orElseThrow().memory()).isNull();
        assertThat(gauges.value(Metric.MEMORY_LIMIT, "search", "running")).isNaN();
    }

    /** Remembers how to read every gauge. */
    private static final class Gauges implements GatewayMetrics {
        private final GatewayMetrics none = new NoMetrics();
        private final Map<List<String>, DoubleSupplier> values = new ConcurrentHashMap<>();

        double value(Metric metric, String... labels) {
            return values.getOrDefault(key(metric, labels), () -> Double.NaN).getAsDouble();
        }

        private static List<String> key(Metric metric, String... labels) {
            return List.of(metric.name(), String.join(",", labels));
        }

        @Override
        public Counter counter(Metric metric, String... labelValues) {
            return none.counter(metric, labelValues);
        }

        @Override
        public Distribution distribution(Metric metric, String... labelValues) {
            return none.distribution(metric, labelValues);
        }

        @Override
        public void gauge(Metric metric, DoubleSupplier value, String... labelValues) {
            values.put(key(metric, labelValues), value);
        }

        @Override
        public void removeGauge(Metric metric, String... labelValues) {
            values.remove(key(metric, labelValues));
        }
    }
}
