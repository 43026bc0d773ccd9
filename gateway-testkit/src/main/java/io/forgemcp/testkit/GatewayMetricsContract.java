package io.forgemcp.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every {@link GatewayMetrics} does. Extend it, give fresh metrics and a way to read them back. */
public abstract class GatewayMetricsContract {
    protected abstract GatewayMetrics newMetrics();

    /**
     * Reads a counter or gauge back.
     *
     * @return its value; NaN if there is none, always NaN for metrics that keep nothing
     */
    protected abstract double read(GatewayMetrics metrics, Metric metric, String... labelValues);

    /** Whether values can be read back at all. */
    protected boolean keepsValues() {
        return true;
    }

    @Test
    void everyMetricCanBeUsedWithAnyLabelValue() {
        GatewayMetrics metrics = newMetrics();
        for (Metric metric : Metric.values()) {
            String[] labels =
                    metric.labels().stream().map(label -> "é \"quoted\"\n{x=y}").toArray(String[]::new);
            assertThatCode(() -> use(metrics, metric, labels)).as(metric.id()).doesNotThrowAnyException();
        }
    }

    /** By its kind, because a backend may refuse two kinds under one name. */
    private static void use(GatewayMetrics metrics, Metric metric, String... labels) {
        if (metric.buckets().length > 0) {
            metrics.distribution(metric, labels).observe(0.1);
        } else if (isCounter(metric)) {
            metrics.counter(metric, labels).increment();
        } else {
            metrics.gauge(metric, () -> 1, labels);
        }
    }

    private static boolean isCounter(Metric metric) {
        return metric == Metric.REQUESTS || metric == Metric.STATE_TRANSITIONS || metric == Metric.PLUGIN_FAILURES;
    }

    @Test
    void theSameLabelsAreTheSameCounterAndOthersAreNot() {
        assumeTrue(keepsValues());
        GatewayMetrics metrics = newMetrics();

        metrics.counter(Metric.REQUESTS, "a", "mcp", "ok").increment();
        metrics.counter(Metric.REQUESTS, "a", "mcp", "ok").add(2);
        metrics.counter(Metric.REQUESTS, "b", "mcp", "ok").increment();

        assertThat(read(metrics, Metric.REQUESTS, "a", "mcp", "ok")).isEqualTo(3);
        assertThat(read(metrics, Metric.REQUESTS, "b", "mcp", "ok")).isEqualTo(1);
    }

    @Test
    void aGaugeIsReadWhenSomebodyLooksReplacedAndForgotten() {
        assumeTrue(keepsValues());
        GatewayMetrics metrics = newMetrics();
        double[] value = {1};

        metrics.gauge(Metric.TOOLS, () -> value[0], "a");
        value[0] = 5;
        assertThat(read(metrics, Metric.TOOLS, "a")).isEqualTo(5);

        metrics.gauge(Metric.TOOLS, () -> 7, "a");
        assertThat(read(metrics, Metric.TOOLS, "a")).isEqualTo(7);

        metrics.removeGauge(Metric.TOOLS, "a");
        metrics.removeGauge(Metric.TOOLS, "a");
        assertThat(read(metrics, Metric.TOOLS, "a")).isNaN();
    }

    @Test
    void nothingIsLostWhenManyThreadsCount() throws Exception {
        GatewayMetrics metrics = newMetrics();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> work = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                work.add(threads.submit(() -> {
                    for (int n = 0; n < 10_000; n++) {
                        metrics.counter(Metric.REQUESTS, "a", "mcp", "ok").increment();
                        metrics.distribution(Metric.REQUEST_DURATION, "a", "mcp")
                                .observe(0.001);
                    }
                }));
            }
            for (Future<?> each : work) {
                each.get(30, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        if (keepsValues()) {
            assertThat(read(metrics, Metric.REQUESTS, "a", "mcp", "ok")).isCloseTo(40_000, within(0.001));
        }
    }
}
