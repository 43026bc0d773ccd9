package io.forgemcp.server.prometheus;

import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.function.DoubleSupplier;

/** One metric with all its label values. */
abstract sealed class Family {
    private final Metric metric;

    private Family(Metric metric) {
        this.metric = metric;
    }

    static Family of(Metric metric, boolean counts, PrometheusRegistry registry) {
        if (metric.buckets().length > 0) {
            return new Distributions(metric, registry);
        }
        return counts ? new Counters(metric, registry) : new Gauges(metric, registry);
    }

    /** The name without the ending that a format adds. */
    String name() {
        return metric.id();
    }

    abstract String type();

    GatewayMetrics.Counter counter(String... labelValues) {
        throw mismatch("counted");
    }

    GatewayMetrics.Distribution distribution(String... labelValues) {
        throw mismatch("observed");
    }

    void gauge(DoubleSupplier value, String... labelValues) {
        throw mismatch("read");
    }

    void removeGauge(String... labelValues) {}

    private IllegalArgumentException mismatch(String used) {
        return new IllegalArgumentException(metric.id() + " is a " + type() + " and cannot be " + used + ".");
    }

    private static String[] labels(Metric metric) {
        return metric.labels().toArray(String[]::new);
    }

    /** Only ever grows. */
    static final class Counters extends Family {
        private final Counter counter;
        private final String name;

        private Counters(Metric metric, PrometheusRegistry registry) {
            super(metric);
            counter = Counter.builder()
                    .name(metric.id())
                    .help(metric.help())
                    .labelNames(labels(metric))
                    .withoutExemplars()
                    .register(registry);
            name = metric.id().substring(0, metric.id().length() - "_total".length());
        }

        @Override
        String name() {
            return name;
        }

        @Override
        String type() {
            return "counter";
        }

        @Override
        GatewayMetrics.Counter counter(String... labelValues) {
            CounterDataPoint point = counter.labelValues(labelValues);
            return point::inc;
        }
    }

    /** Histograms with fixed buckets. */
    static final class Distributions extends Family {
        private final Histogram histogram;

        private Distributions(Metric metric, PrometheusRegistry registry) {
            super(metric);
            histogram = Histogram.builder()
                    .name(metric.id())
                    .help(metric.help())
                    .labelNames(labels(metric))
                    .classicOnly()
                    .classicUpperBounds(metric.buckets())
                    .withoutExemplars()
                    .register(registry);
        }

        @Override
        String type() {
            return "histogram";
        }

        @Override
        GatewayMetrics.Distribution distribution(String... labelValues) {
            DistributionDataPoint point = histogram.labelValues(labelValues);
            return point::observe;
        }
    }

    /** Read when somebody looks. One that is added to, such as time in a state, is kept here and read the same way. */
    static final class Gauges extends Family {
        private final int labelCount;
        private final Map<List<String>, DoubleSupplier> readers = new ConcurrentHashMap<>();

        private Gauges(Metric metric, PrometheusRegistry registry) {
            super(metric);
            labelCount = metric.labels().size();
            GaugeWithCallback.builder()
                    .name(metric.id())
                    .help(metric.help())
                    .labelNames(labels(metric))
                    .callback(out -> readers.forEach((labels, reader) -> {
                        double value = read(reader);
                        if (!Double.isNaN(value)) {
                            out.call(value, labels.toArray(String[]::new));
                        }
                    }))
                    .register(registry);
        }

        /** A reader that throws says nothing and spoils no other. */
        private static double read(DoubleSupplier reader) {
            try {
                return reader.getAsDouble();
            } catch (RuntimeException failure) {
                return Double.NaN;
            }
        }

        @Override
        String type() {
            return "gauge";
        }

        @Override
        GatewayMetrics.Counter counter(String... labelValues) {
            DoubleSupplier sum = readers.computeIfAbsent(key(labelValues), labels -> new Sum());
            if (sum instanceof Sum adder) {
                return adder::add;
            }
            throw new IllegalArgumentException(name() + " is already read from elsewhere for these labels.");
        }

        @Override
        void gauge(DoubleSupplier value, String... labelValues) {
            readers.put(key(labelValues), value);
        }

        @Override
        void removeGauge(String... labelValues) {
            readers.remove(key(labelValues));
        }

        private List<String> key(String... labelValues) {
            if (labelValues.length != labelCount) {
                throw new IllegalArgumentException(
                        name() + " has " + labelCount + " labels, not " + labelValues.length);
            }
            return List.of(labelValues);
        }
    }

    private static final class Sum implements DoubleSupplier {
        private final DoubleAdder sum = new DoubleAdder();

        void add(double amount) {
            sum.add(amount);
        }

        @Override
        public double getAsDouble() {
            return sum.sum();
        }
    }
}
