package io.forgemcp.examples.plugins;

import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.function.DoubleSupplier;

/** Keeps every value in maps that can be looked at. */
final class MapMetrics implements GatewayMetrics {
    private record Key(Metric metric, List<String> labels) {}

    private final Map<Key, DoubleAdder> sums = new ConcurrentHashMap<>();
    private final Map<Key, DoubleSupplier> gauges = new ConcurrentHashMap<>();

    /** The sum of everything that was counted or observed for a metric, whatever its labels. */
    double total(Metric metric) {
        return sums.entrySet().stream()
                .filter(entry -> entry.getKey().metric() == metric)
                .mapToDouble(entry -> entry.getValue().sum())
                .sum();
    }

    /** What the gauge reads now; NaN if there is none. */
    double gauge(Metric metric, String... labels) {
        return gauges.getOrDefault(new Key(metric, List.of(labels)), () -> Double.NaN)
                .getAsDouble();
    }

    @Override
    public Counter counter(Metric metric, String... labelValues) {
        return adder(metric, labelValues)::add;
    }

    @Override
    public Distribution distribution(Metric metric, String... labelValues) {
        return adder(metric, labelValues)::add;
    }

    private DoubleAdder adder(Metric metric, String... labelValues) {
        return sums.computeIfAbsent(new Key(metric, List.of(labelValues)), key -> new DoubleAdder());
    }

    @Override
    public void gauge(Metric metric, DoubleSupplier value, String... labelValues) {
        gauges.put(new Key(metric, List.of(labelValues)), value);
    }

    @Override
    public void removeGauge(Metric metric, String... labelValues) {
        gauges.remove(new Key(metric, List.of(labelValues)));
    }
}
