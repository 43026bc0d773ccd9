package io.forgemcp.server.prometheus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.metrics.Metric;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrometheusMetricsTest {
    private static final Pattern LINE = Pattern.compile(
            "# (HELP|TYPE) [a-z_]+ .+|# EOF|[a-z_]+(\\{([a-z_]+=\"[^\"]*\",?)+})? ([0-9.E+-]+|\\+Inf|NaN)");

    private final PrometheusMetrics metrics = new PrometheusMetrics();

    @ParameterizedTest
    @EnumSource
    void everyMetricIsNamedInAScrapeBeforeAnythingWasMeasured(Metric metric) {
        assertThat(text(null)).containsOnlyOnce("# TYPE " + metric.id() + " ");
    }

    @ParameterizedTest
    @EnumSource
    void everyMetricIsNamedOnceWhenItHasAValue(Metric metric) {
        String[] labels = metric.labels().stream().map(label -> "x").toArray(String[]::new);
        if (metric.buckets().length > 0) {
            metrics.distribution(metric, labels).observe(0.3);
        } else {
            metrics.counter(metric, labels).increment();
        }

        String scrape = text(null);
        assertThat(scrape).containsOnlyOnce("# TYPE " + metric.id() + " ");
        assertThat(scrape).containsPattern("(?m)^" + metric.id() + "(_bucket)?[ {]");
        assertThat(scrape.lines()).allMatch(LINE.asMatchPredicate());
    }

    /** Names that this product did not choose: numbers of services, which go down too. */
    private static final Set<Metric> TOTALS_THAT_FALL =
            EnumSet.of(Metric.SERVICES_RUNNING, Metric.SERVICES_SLEEPING, Metric.SERVICES_STOPPED);

    @ParameterizedTest
    @EnumSource
    void aTotalIsACounterAndNothingElseIs(Metric metric) {
        boolean counts = metric.id().endsWith("_total") && !TOTALS_THAT_FALL.contains(metric);

        String line = text(null)
                .lines()
                .filter(one -> one.startsWith("# TYPE " + metric.id() + " "))
                .findFirst()
                .orElseThrow();
        assertThat(line.endsWith(" counter")).isEqualTo(counts);
    }

    @Test
    void countersAddUpOverHandlesForTheSameLabels() {
        metrics.counter(Metric.REQUESTS, "files", "mcp", "200").increment();
        metrics.counter(Metric.REQUESTS, "files", "mcp", "200").add(2);
        metrics.counter(Metric.REQUESTS, "files", "mcp", "500").increment();

        assertThat(text(null))
                .contains("# TYPE request_total counter\n")
                .contains("request_total{endpoint=\"mcp\",service_name=\"files\",status=\"200\"} 3.0\n")
                .contains("request_total{endpoint=\"mcp\",service_name=\"files\",status=\"500\"} 1.0\n");
    }

    @Test
    void distributionsHaveTheBucketsOfTheEnum() {
        metrics.distribution(Metric.REQUEST_DURATION, "files", "mcp").observe(0.07);

        assertThat(text(null))
                .contains("request_duration_seconds_bucket{endpoint=\"mcp\",service_name=\"files\",le=\"0.05\"} 0\n")
                .contains("request_duration_seconds_bucket{endpoint=\"mcp\",service_name=\"files\",le=\"0.1\"} 1\n")
                .contains("request_duration_seconds_count{endpoint=\"mcp\",service_name=\"files\"} 1\n");
    }

    @Test
    void gaugesAreReadWhenSomebodyLooksAndUnknownValuesAreLeftOut() {
        double[] value = {1};
        metrics.gauge(Metric.SESSIONS, () -> value[0]);
        metrics.gauge(Metric.TOOLS, () -> Double.NaN, "unknown");
        metrics.gauge(
                Metric.TOOLS,
                () -> {
                    throw new IllegalStateException("broken reader");
                },
                "broken");
        metrics.gauge(Metric.TOOLS, () -> 7, "files");
        value[0] = 5;

        assertThat(text(null))
                .contains("gateway_sessions 5.0\n")
                .contains("gateway_tools{service_name=\"files\"} 7.0\n")
                .doesNotContain("unknown")
                .doesNotContain("broken");
    }

    @Test
    void aRemovedGaugeIsGone() {
        metrics.gauge(Metric.TOOLS, () -> 7, "files");
        metrics.removeGauge(Metric.TOOLS, "files");

        assertThat(text(null)).doesNotContain("files");
    }

    @Test
    void openMetricsIsGivenToWhoeverAsksForIt() {
        PrometheusMetrics.Scrape scrape = metrics.scrape("application/openmetrics-text; version=1.0.0");

        assertThat(scrape.contentType()).startsWith("application/openmetrics-text");
        assertThat(new String(scrape.body(), UTF_8))
                .contains("# TYPE request counter\n")
                .endsWith("# EOF\n");
    }

    @Test
    void aMetricUsedAsAnotherTypeIsRefused() {
        assertThatThrownBy(() -> metrics.distribution(Metric.REQUESTS, "a", "b", "c"))
                .hasMessageContaining("request_total is a counter");
    }

    @Test
    void theHostTellsItsLoad() {
        SystemGauges.register(metrics);

        assertThat(text(null)).containsPattern("system_memory_usage_percent [0-9]");
    }

    private String text(String accept) {
        return new String(metrics.scrape(accept).body(), UTF_8);
    }
}
