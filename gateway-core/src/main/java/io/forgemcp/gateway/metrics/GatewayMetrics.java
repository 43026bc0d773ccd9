package io.forgemcp.gateway.metrics;

import java.util.function.DoubleSupplier;

/**
 * Where measured values go. A plugin interface: Dropwizard and no-op ship with the core, Prometheus with the server.
 * Handles are looked up once and kept; their methods are on the hot path and must neither block nor throw. Thread-safe.
 */
public interface GatewayMetrics {
    /** A counter for these label values, in the order of {@link Metric#labels}. The same arguments give the same one. */
    Counter counter(Metric metric, String... labelValues);

    /** A distribution for these label values. */
    Distribution distribution(Metric metric, String... labelValues);

    /** Reads a value whenever somebody looks; NaN means unknown and is left out. Replaces an earlier reader. */
    void gauge(Metric metric, DoubleSupplier value, String... labelValues);

    /** Forgets the gauge for these label values, if there is one: its service is gone. */
    void removeGauge(Metric metric, String... labelValues);

    /** Where values go in the end: what these metrics pass everything on to, or these themselves. */
    default GatewayMetrics destination() {
        return this;
    }

    /** Only ever grows. */
    interface Counter {
        void add(double amount);

        default void increment() {
            add(1);
        }
    }

    /** A histogram. */
    interface Distribution {
        void observe(double value);
    }
}
