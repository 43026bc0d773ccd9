package io.forgemcp.gateway.metrics;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.LockFreeExponentiallyDecayingReservoir;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.function.DoubleSupplier;

/**
 * Measures into a Dropwizard registry, for embedders who already report from one. Dropwizard has no labels, so they
 * become a part of the name: {@code request_total{service_name=github,endpoint=mcp,status=ok}}. Distributions of seconds
 * are timers, whose values Dropwizard keeps in nanoseconds. A gauge whose value is unknown reads as NaN.
 */
public final class DropwizardMetrics implements GatewayMetrics {
    private final MetricRegistry registry;

    public DropwizardMetrics() {
        this(new MetricRegistry());
    }

    public DropwizardMetrics(MetricRegistry registry) {
        this.registry = registry;
    }

    public MetricRegistry registry() {
        return registry;
    }

    @Override
    public Counter counter(Metric metric, String... labelValues) {
        com.codahale.metrics.Counter counter = registry.counter(name(metric, labelValues), Sum::new);
        return counter instanceof Sum sum ? sum : amount -> counter.inc(Math.round(amount));
    }

    @Override
    public Distribution distribution(Metric metric, String... labelValues) {
        Timer timer = registry.timer(
                name(metric, labelValues),
                () -> new Timer(LockFreeExponentiallyDecayingReservoir.builder().build()));
        return seconds -> timer.update((long) (seconds * 1e9), TimeUnit.NANOSECONDS);
    }

    @Override
    public void gauge(Metric metric, DoubleSupplier value, String... labelValues) {
        String name = name(metric, labelValues);
        // Two callers at once may both find the name free; the one who comes second tries again.
        for (; ; ) {
            registry.remove(name);
            try {
                registry.register(name, (Gauge<Double>) value::getAsDouble);
                return;
            } catch (IllegalArgumentException taken) {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void removeGauge(Metric metric, String... labelValues) {
        registry.remove(name(metric, labelValues));
    }

    private static String name(Metric metric, String... labelValues) {
        List<String> labels = metric.labels();
        if (labels.size() != labelValues.length) {
            throw new IllegalArgumentException(
                    metric.id() + " needs a value for each of " + labels + ", not " + labelValues.length);
        }
        if (labels.isEmpty()) {
            return metric.id();
        }
        StringBuilder name = new StringBuilder(metric.id());
        char separator = '{';
        for (int i = 0; i < labelValues.length; i++) {
            name.append(separator).append(labels.get(i)).append('=').append(labelValues[i]);
            separator = ',';
        }
        return name.append('}').toString();
    }

    /** A counter that also counts parts: seconds of uptime are not whole. */
    private static final class Sum extends com.codahale.metrics.Counter implements Counter {
        private final DoubleAdder sum = new DoubleAdder();

        @Override
        public void add(double amount) {
            sum.add(amount);
        }

        @Override
        public void inc(long n) {
            sum.add(n);
        }

        @Override
        public void dec(long n) {
            sum.add(-n);
        }

        @Override
        public long getCount() {
            return (long) sum.sum();
        }
    }
}
