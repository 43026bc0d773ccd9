package io.forgemcp.gateway.compliance;

import io.forgemcp.gateway.alert.AlertRule;
import io.forgemcp.gateway.config.Configuration;
import io.forgemcp.gateway.config.schema.MonitoringFile;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.service.Priority;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The checks that are asked of the gateway as a whole. */
final class SystemChecks {
    private SystemChecks() {}

    static Verdict wakeTimes(Facts facts) {
        List<Priority> measured = Arrays.stream(Priority.values())
                .filter(priority -> facts.wakes().containsKey(name(priority)))
                .toList();
        return Verdict.ofEach(
                measured,
                "priorities whose wakes were measured",
                priority -> {
                    var wakes = facts.wakes().get(name(priority));
                    if (wakes == null
                            || wakes.p95Seconds() * 1000
                                    <= priority.wakeTarget().toMillis()) {
                        return null;
                    }
                    return name(priority) + ": 95 % of " + wakes.count() + " wakes within "
                            + Math.round(wakes.p95Seconds() * 1000) + " ms, the target is "
                            + priority.wakeTarget().toMillis() + " ms";
                },
                "Let slow services sleep less deeply (sleep_policy.depth), or give them a lower priority.");
    }

    private static String name(Priority priority) {
        return priority.name().toLowerCase(Locale.ROOT);
    }

    static Verdict metrics(Facts facts) {
        if (!facts.measuring()) {
            return Verdict.fail("No metrics are kept", "Start without --no-metrics.");
        }
        Configuration configuration = facts.configuration();
        if (configuration == null) {
            return Verdict.pass("All " + Metric.values().length + " metrics of the gateway are exported");
        }
        Set<String> known = Arrays.stream(Metric.values()).map(Metric::id).collect(Collectors.toSet());
        return Verdict.ofEach(
                configuration.files().monitoring().metrics().values().stream()
                        .flatMap(group -> group.metrics().stream())
                        .map(MonitoringFile.MetricEntry::name)
                        .toList(),
                "metrics of monitoring.yml",
                name -> known.contains(name) ? null : name + " is not exported",
                "Take them out of monitoring.yml, or write the name as GET /metrics has it.");
    }

    static Verdict alerts(Facts facts) {
        if (facts.rules().isEmpty()) {
            return Verdict.fail("No alert rule is evaluated", "Write rules under alerts in monitoring.yml.");
        }
        Configuration configuration = facts.configuration();
        Stream<String> written = configuration == null
                ? Stream.empty()
                : configuration.files().monitoring().alerts().values().stream()
                        .flatMap(List::stream)
                        .map(MonitoringFile.AlertRule::name);
        Set<String> loaded = facts.rules().stream().map(AlertRule::name).collect(Collectors.toSet());
        List<String> missing = written.filter(name -> !loaded.contains(name)).toList();
        return missing.isEmpty()
                ? Verdict.pass(facts.rules().size() + " rules are evaluated")
                : Verdict.fail("Not evaluated: " + missing, "forge-gateway config validate says why.");
    }
}
