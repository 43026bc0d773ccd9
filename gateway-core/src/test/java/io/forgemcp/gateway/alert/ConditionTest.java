package io.forgemcp.gateway.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.metrics.NoMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a condition says, and what it makes of values. */
class ConditionTest {
    private static final List<String> SERVICE = List.of("service_name");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "service_wake_time_seconds > 0.5",
                "memory_usage_bytes / memory_limit_bytes > 0.8",
                "up{job=\"forge-mcp\"} == 0",
                "rate(health_check_failure_total[5m]) > 0.1",
                "rate(service_state_transitions_total{to_state='running', from_state!=\"sleeping\"}[10m])>=1e-1",
                "system_cpu_usage_percent > 85 and system_memory_usage_percent > 85"
            })
    void theConditionsOfTheFilesAreUnderstood(String text) {
        assertThat(Condition.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "no_such_metric > 1|column 1|no metric \"no_such_metric\"",
                "up{service=\"x\"} == 0|column|has no label \"service\"",
                "up == |column 6|expected a number",
                "up|column 3|expected a comparison",
                "rate(request_total[0m]) > 1|column|from 1s to 1d",
                "rate(request_total) > 1|column 19|expected \"[\"",
                "rate(service_wake_time_seconds[5m]) > 1|column|is a distribution",
                "up == 0 or up == 1|column 9|\"and\" or the end",
            })
    void whatCannotBeUnderstoodIsShownWithItsPlace(String text, String place, String why) {
        assertThatThrownBy(() -> Condition.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(place)
                .hasMessageContaining(why);
    }

    @Test
    void whatIsMeasuredMoreFinelyIsAddedUp() {
        MeasuredMetrics metrics = measuring("request_total{status!=\"ok\"} >= 3");
        metrics.counter(Metric.REQUESTS, "github", "mcp", "error").add(2);
        metrics.counter(Metric.REQUESTS, "github", "mcp", "GW-1503").add(1);
        metrics.counter(Metric.REQUESTS, "github", "mcp", "ok").add(50);
        metrics.counter(Metric.REQUESTS, "fetch", "mcp", "error").add(2);
        metrics.look(0);
        assertThat(Condition.parse("request_total{status!=\"ok\"} >= 3").holds(SERVICE, metrics))
                .isEqualTo(Map.of(List.of("github"), 3.0));
    }

    @Test
    void aRateLooksBackAsFarAsItSaysAndNoFurther() {
        Condition condition = Condition.parse("increase(health_check_failure_total[1m]) > 0");
        MeasuredMetrics metrics = measuring(condition.toString());
        metrics.counter(Metric.HEALTH_FAILURE, "github").add(4);
        metrics.look(0);
        assertThat(condition.holds(SERVICE, metrics)).containsValue(4.0);
        metrics.counter(Metric.HEALTH_FAILURE, "github").add(1);
        metrics.look(Duration.ofSeconds(50).toNanos());
        assertThat(condition.holds(SERVICE, metrics)).containsValue(5.0);
        metrics.look(Duration.ofSeconds(60).toNanos());
        assertThat(condition.holds(SERVICE, metrics)).containsValue(1.0);
        metrics.look(Duration.ofSeconds(120).toNanos());
        assertThat(condition.holds(SERVICE, metrics)).isEmpty();
    }

    @Test
    void aDistributionIsItsLargestValueOfFiveMinutes() {
        Condition condition = Condition.parse("service_wake_time_seconds > 0.5");
        MeasuredMetrics metrics = measuring(condition.toString());
        metrics.distribution(Metric.WAKE_TIME, "github", "high").observe(0.1);
        metrics.look(0);
        assertThat(condition.holds(SERVICE, metrics)).isEmpty();
        metrics.distribution(Metric.WAKE_TIME, "github", "high").observe(2);
        metrics.distribution(Metric.WAKE_TIME, "github", "high").observe(0.2);
        metrics.look(1);
        assertThat(condition.holds(SERVICE, metrics)).containsValue(2.0);
        metrics.look(Duration.ofMinutes(5).toNanos());
        assertThat(condition.holds(SERVICE, metrics)).containsValue(2.0);
        metrics.look(Duration.ofMinutes(5).toNanos() + 1);
        assertThat(condition.holds(SERVICE, metrics)).isEmpty();
    }

    @Test
    void whatIsUnknownHoldsForNothing() {
        Condition condition = Condition.parse("memory_usage_bytes / memory_limit_bytes < 2");
        MeasuredMetrics metrics = measuring(condition.toString());
        metrics.gauge(Metric.MEMORY_USAGE, () -> 10, "github", "running");
        metrics.gauge(Metric.MEMORY_LIMIT, () -> 0, "github", "running");
        metrics.gauge(Metric.MEMORY_USAGE, () -> Double.NaN, "fetch", "running");
        metrics.gauge(Metric.MEMORY_LIMIT, () -> 10, "fetch", "running");
        metrics.gauge(
                Metric.MEMORY_USAGE,
                () -> {
                    throw new IllegalStateException("no idea");
                },
                "sqlite",
                "running");
        metrics.look(0);
        assertThat(condition.holds(SERVICE, metrics)).isEmpty();
        metrics.gauge(Metric.MEMORY_LIMIT, () -> 20, "github", "running");
        metrics.look(1);
        assertThat(condition.holds(SERVICE, metrics)).isEqualTo(Map.of(List.of("github"), 0.5));
        metrics.removeGauge(Metric.MEMORY_USAGE, "github", "running");
        assertThat(condition.holds(SERVICE, metrics)).isEmpty();
    }

    @Test
    void allPartsOfAConditionMustHoldForTheSameService() {
        Condition condition = Condition.parse("health_check_failure_total > 1 and health_check_success_total > 1");
        MeasuredMetrics metrics = measuring(condition.toString());
        metrics.counter(Metric.HEALTH_FAILURE, "github").add(2);
        metrics.counter(Metric.HEALTH_SUCCESS, "fetch").add(2);
        metrics.look(0);
        assertThat(condition.holds(SERVICE, metrics)).isEmpty();
        metrics.counter(Metric.HEALTH_FAILURE, "fetch").add(3);
        metrics.look(1);
        assertThat(condition.holds(SERVICE, metrics)).isEqualTo(Map.of(List.of("fetch"), 3.0));
    }

    @Test
    void metricsThatNoRuleNamesAreOnlyPassedOn() {
        NoMetrics plugin = new NoMetrics();
        MeasuredMetrics metrics = new MeasuredMetrics(plugin, List.of());
        assertThat(metrics.counter(Metric.LOG_ERRORS)).isSameAs(plugin.counter(Metric.LOG_ERRORS));
        assertThat(metrics.destination()).isSameAs(plugin);
    }

    private static MeasuredMetrics measuring(String condition) {
        return new MeasuredMetrics(
                new NoMetrics(),
                List.of(AlertRule.ofServices("test", "rule", Condition.parse(condition), Severity.WARNING, "")));
    }
}
