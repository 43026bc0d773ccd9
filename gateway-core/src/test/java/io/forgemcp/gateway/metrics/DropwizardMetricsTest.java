package io.forgemcp.gateway.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DropwizardMetricsTest {
    private final MetricRegistry registry = new MetricRegistry();
    private final DropwizardMetrics metrics = new DropwizardMetrics(registry);

    @Test
    void labelsBecomeAPartOfTheName() {
        metrics.counter(Metric.REQUESTS, "github", "mcp", "ok").increment();

        assertThat(registry.getCounters()
                        .get("request_total{service_name=github,endpoint=mcp,status=ok}")
                        .getCount())
                .isEqualTo(1);
    }

    @Test
    void countersAddPartsToo() {
        GatewayMetrics.Counter uptime = metrics.counter(Metric.UPTIME, "github");
        uptime.add(0.4);
        uptime.add(0.7);

        assertThat(registry.getCounters()
                        .get("service_uptime_seconds{service_name=github}")
                        .getCount())
                .isEqualTo(1);
    }

    @Test
    void distributionsAreTimers() {
        metrics.distribution(Metric.WAKE_TIME, "github", "high").observe(0.25);

        assertThat(registry.getTimers()
                        .get("service_wake_time_seconds{service_name=github,priority=high}")
                        .getSnapshot()
                        .getMax())
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(250));
    }

    @Test
    void gaugesAreReplacedAndRemoved() {
        metrics.gauge(Metric.TOOLS, () -> 1, "github");
        metrics.gauge(Metric.TOOLS, () -> 2, "github");
        assertThat(registry.getGauges()
                        .get("gateway_tools{service_name=github}")
                        .getValue())
                .isEqualTo(2.0);

        metrics.removeGauge(Metric.TOOLS, "github");
        metrics.removeGauge(Metric.TOOLS, "github");
        assertThat(registry.getGauges()).isEmpty();
    }
}
