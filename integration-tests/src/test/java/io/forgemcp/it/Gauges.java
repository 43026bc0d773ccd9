package io.forgemcp.it;

import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;

/** Keeps only gauges, to be read. */
final class Gauges implements GatewayMetrics {
    private final Map<List<Object>, DoubleSupplier> gauges = new ConcurrentHashMap<>();

    /** The sum over all label values. */
    double sum(Metric metric) {
        return gauges.entrySet().stream()
                .filter(gauge -> gauge.getKey().get(0) == metric)
                .mapToDouble(gauge -> gauge.getValue().getAsDouble())
                .filter(value -> !Double.isNaN(value))
                .sum();
    }

    @Override
    public Counter counter(Metric metric, String... labelValues) {
        return amount -> {};
    }

    @Override
    public Distribution distribution(Metric metric, String... labelValues) {
        return value -> {};
    }

    @Override
    public void gauge(Metric metric, DoubleSupplier value, String... labelValues) {
        gauges.put(List.of(metric, List.of(labelValues)), value);
    }

    @Override
    public void removeGauge(Metric metric, String... labelValues) {
        gauges.remove(List.of(metric, List.of(labelValues)));
    }
}
