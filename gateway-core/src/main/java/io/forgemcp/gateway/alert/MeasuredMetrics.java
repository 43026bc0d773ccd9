package io.forgemcp.gateway.alert;

import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;

/**
 * Passes everything on to the gateway's metrics and keeps the metrics that conditions ask for, so that alerts do not depend
 * on which metrics plugin there is. A metric that no rule names costs nothing. Thread-safe, except that one caller at a time
 * may {@link #look}.
 */
public final class MeasuredMetrics implements GatewayMetrics, Condition.Source {
    private final GatewayMetrics destination;
    private final Map<Metric, Duration> windows = new EnumMap<>(Metric.class);
    private final Map<Metric, Map<List<String>, Series>> series = new EnumMap<>(Metric.class);

    /** @param rules whose conditions say what is kept, and for how long */
    public MeasuredMetrics(GatewayMetrics destination, List<AlertRule> rules) {
        this.destination = destination;
        for (AlertRule rule : rules) {
            rule.condition().metrics().forEach((metric, window) -> {
                windows.merge(metric, window, (a, b) -> a.compareTo(b) < 0 ? b : a);
                series.put(metric, new ConcurrentHashMap<>());
            });
        }
    }

    /** Takes note of every value as it is now. */
    void look(long nanos) {
        series.forEach((metric, all) -> {
            long keep = windows.getOrDefault(metric, Duration.ZERO).toNanos();
            all.values().forEach(each -> each.look(nanos, keep));
        });
    }

    @Override
    public Map<List<String>, Double> read(Condition.Reading reading, List<String> labels) {
        List<String> own = reading.metric().labels();
        Map<List<String>, Double> values = new HashMap<>();
        series.getOrDefault(reading.metric(), Map.of()).forEach((labelValues, each) -> {
            double value = reading.fits(labelValues) ? each.value(reading) : Double.NaN;
            if (!Double.isNaN(value)) {
                List<String> group = labels.stream()
                        .map(label -> own.contains(label) ? labelValues.get(own.indexOf(label)) : "")
                        .toList();
                values.merge(group, value, each::together);
            }
        });
        return values;
    }

    @Override
    public Counter counter(Metric metric, String... labelValues) {
        Counter counter = destination.counter(metric, labelValues);
        Map<List<String>, Series> kept = series.get(metric);
        if (kept == null) {
            return counter;
        }
        Series.Counted counted =
                (Series.Counted) kept.computeIfAbsent(List.of(labelValues), key -> new Series.Counted());
        return counted.over(counter);
    }

    @Override
    public Distribution distribution(Metric metric, String... labelValues) {
        Distribution distribution = destination.distribution(metric, labelValues);
        Map<List<String>, Series> kept = series.get(metric);
        if (kept == null) {
            return distribution;
        }
        Series.Largest largest =
                (Series.Largest) kept.computeIfAbsent(List.of(labelValues), key -> new Series.Largest());
        return largest.over(distribution);
    }

    @Override
    public void gauge(Metric metric, DoubleSupplier value, String... labelValues) {
        destination.gauge(metric, value, labelValues);
        Map<List<String>, Series> kept = series.get(metric);
        if (kept != null) {
            kept.put(List.of(labelValues), new Series.Gauge(value));
        }
    }

    @Override
    public void removeGauge(Metric metric, String... labelValues) {
        destination.removeGauge(metric, labelValues);
        Map<List<String>, Series> kept = series.get(metric);
        if (kept != null) {
            kept.remove(List.of(labelValues));
        }
    }

    @Override
    public GatewayMetrics destination() {
        return destination.destination();
    }
}
