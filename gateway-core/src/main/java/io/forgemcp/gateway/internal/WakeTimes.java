package io.forgemcp.gateway.internal;

import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.scaling.efficiency.WakeTime;
import io.forgemcp.gateway.service.ServiceName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;

/**
 * Passes everything on to the gateway's metrics and remembers the last wake times on the way, so that reports need not read
 * them back from a metrics system. Thread-safe.
 */
public final class WakeTimes implements GatewayMetrics {
    private static final int KEPT = 256;

    private final GatewayMetrics metrics;
    private final Map<ServiceName, Deque<WakeTime>> wakes = new ConcurrentHashMap<>();

    public WakeTimes(GatewayMetrics metrics) {
        this.metrics = metrics;
    }

    /** The last wakes of every service, at most 256 of each. */
    public List<WakeTime> all() {
        List<WakeTime> all = new ArrayList<>();
        wakes.keySet()
                .forEach(name -> wakes.computeIfPresent(name, (service, kept) -> {
                    all.addAll(kept);
                    return kept;
                }));
        return all;
    }

    @Override
    public Counter counter(Metric metric, String... labelValues) {
        return metrics.counter(metric, labelValues);
    }

    @Override
    public Distribution distribution(Metric metric, String... labelValues) {
        Distribution distribution = metrics.distribution(metric, labelValues);
        if (metric != Metric.WAKE_TIME) {
            return distribution;
        }
        ServiceName service = ServiceName.of(labelValues[0]);
        return seconds -> {
            distribution.observe(seconds);
            remember(new WakeTime(service, labelValues[1], seconds));
        };
    }

    private void remember(WakeTime wake) {
        wakes.compute(wake.service(), (service, known) -> {
            Deque<WakeTime> kept = known == null ? new ArrayDeque<>() : known;
            if (kept.size() >= KEPT) {
                kept.removeFirst();
            }
            kept.addLast(wake);
            return kept;
        });
    }

    @Override
    public void gauge(Metric metric, DoubleSupplier value, String... labelValues) {
        metrics.gauge(metric, value, labelValues);
    }

    @Override
    public void removeGauge(Metric metric, String... labelValues) {
        metrics.removeGauge(metric, labelValues);
    }
}
