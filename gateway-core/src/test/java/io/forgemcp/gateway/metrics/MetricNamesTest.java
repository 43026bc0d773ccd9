package io.forgemcp.gateway.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The names that rules and dashboards of existing deployments ask for. */
class MetricNamesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "services_running_total||",
                "services_sleeping_total||",
                "services_stopped_total||",
                "service_state_transitions_total|from_state,to_state,service_name|",
                "memory_usage_bytes|service_name,state|",
                "memory_limit_bytes|service_name,state|",
                "cpu_usage_percent|service_name,state|",
                "memory_reservation_bytes|service_name|",
                "cpu_reservation_cores|service_name|",
                "service_wake_time_seconds|service_name,priority|0.05,0.1,0.2,0.5,1,2,5",
                "service_sleep_duration_seconds|service_name|60,300,600,1800,3600,7200",
                "request_duration_seconds|service_name,endpoint|0.01,0.05,0.1,0.5,1,2,5",
                "request_total|service_name,endpoint,status|",
                "service_uptime_seconds|service_name|",
                "service_downtime_seconds|service_name|",
                "health_check_success_total|service_name|",
                "health_check_failure_total|service_name|",
                "log_entries_total|level|",
                "log_error_total||",
                "system_memory_usage_percent||",
                "system_cpu_usage_percent||",
                "total_resource_cost||",
                "service_resource_cost|service_name|",
                "efficiency_savings_percent||",
                "up|job|"
            })
    void isThereWithItsLabelsAndBuckets(String id, String labels, String buckets) {
        Metric metric = Arrays.stream(Metric.values())
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
        assertThat(metric.labels()).isEqualTo(labels == null ? List.of() : List.of(labels.split(",")));
        assertThat(metric.buckets())
                .isEqualTo(
                        buckets == null
                                ? new double[0]
                                : Arrays.stream(buckets.split(","))
                                        .mapToDouble(Double::parseDouble)
                                        .toArray());
    }

    /** What a shipped rule, panel or list of metrics names can be found in a scrape. */
    @ParameterizedTest
    @ValueSource(strings = {"monitoring.yml", "monitoring-dashboard.yml"})
    void everyMetricThatAShippedFileNamesExists(String file) throws IOException {
        Set<String> known = Arrays.stream(Metric.values()).map(Metric::id).collect(Collectors.toSet());
        Set<String> named = new TreeSet<>();
        for (String line : Files.readAllLines(Path.of("../config", file))) {
            Matcher expression = Pattern.compile("(?:condition|query): (.*?)(?:, [a-z]+: .*)?$")
                    .matcher(line);
            Matcher declared = Pattern.compile("name: ([a-z_]+), type:").matcher(line);
            if (expression.find()) {
                Pattern.compile("[a-z]+(?:_[a-z]+)+")
                        .matcher(expression.group(1).replaceAll("\\{[^}]*}", ""))
                        .results()
                        .forEach(name -> named.add(name.group()));
            }
            if (declared.find()) {
                named.add(declared.group(1));
            }
        }
        assertThat(named).hasSizeGreaterThan(5).isSubsetOf(known);
    }

    @Test
    void noNameIsGivenTwice() {
        assertThat(Arrays.stream(Metric.values()).map(Metric::id)).doesNotHaveDuplicates();
    }
}
