package io.forgemcp.gateway.metrics;

import java.util.function.DoubleSupplier;

/** Measures nothing. */
public final class NoMetrics implements GatewayMetrics {
    private static final Counter COUNTER = amount -> {};
    private static final Distribution DISTRIBUTION = value -> {};

    @Override
    public Counter counter(Metric metric, String... labelValues) {
        return COUNTER;
    }

    @Override
    public Distribution distribution(Metric metric, String... labelValues) {
        return DISTRIBUTION;
    }

    @Override
    public void gauge(Metric metric, DoubleSupplier value, String... labelValues) {}

    @Override
    public void removeGauge(Metric metric, String... labelValues) {}
}
