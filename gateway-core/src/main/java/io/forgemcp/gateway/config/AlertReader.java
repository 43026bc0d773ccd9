package io.forgemcp.gateway.config;

import io.forgemcp.gateway.alert.AlertRule;
import io.forgemcp.gateway.alert.AlertSettings;
import io.forgemcp.gateway.alert.Condition;
import io.forgemcp.gateway.alert.Severity;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.read.Reading;
import io.forgemcp.gateway.config.schema.MonitoringFile;
import io.forgemcp.gateway.config.schema.SleepFile;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Makes alert rules of {@code monitoring.yml} and of the thresholds in {@code sleep_settings.yml}. */
final class AlertReader {
    private static final String GROUP = "sleep_settings";

    private AlertReader() {}

    static AlertSettings settings(ConfigurationFiles files) {
        List<AlertRule> rules = new ArrayList<>();
        files.monitoring()
                .alerts()
                .forEach((group, written) -> written.forEach(
                        rule -> condition(rule).forEach(condition -> rules.add(rule(group, rule, condition)))));
        Set<String> known = new HashSet<>();
        rules.forEach(rule -> known.add(rule.condition().toString()));
        thresholds(files.sleepHistory().alertThresholds())
                .filter(rule -> !known.contains(rule.condition().toString()))
                .forEach(rules::add);
        MonitoringFile.Global global = files.monitoring().global();
        return new AlertSettings(rules, global.collectionInterval(), global.retentionPeriod());
    }

    /** None if it cannot be read, which {@link #check} has reported. */
    private static Stream<Condition> condition(MonitoringFile.AlertRule rule) {
        try {
            return Stream.of(Condition.parse(rule.condition()));
        } catch (IllegalArgumentException reported) {
            return Stream.empty();
        }
    }

    private static AlertRule rule(String group, MonitoringFile.AlertRule written, Condition condition) {
        return new AlertRule(
                group,
                written.name(),
                condition,
                Severity.valueOf(written.severity().name()),
                written.labels(),
                written.message(),
                written.annotations(),
                written.holdFor());
    }

    private static Stream<AlertRule> thresholds(SleepFile.AlertThresholds thresholds) {
        return Stream.of(
                AlertRule.ofServices(
                        GROUP,
                        "wake_time",
                        Condition.parse("service_wake_time_seconds > " + plain(thresholds.wakeTimeMs() / 1000.0)),
                        Severity.WARNING,
                        "{{ $labels.service_name }} took {{ $value }} s to wake"),
                AlertRule.ofServices(
                        GROUP,
                        "sleep_frequency",
                        Condition.parse("increase(service_state_transitions_total{to_state=\"sleeping\"}[1h]) > "
                                + thresholds.sleepFrequencyPerHour()),
                        Severity.WARNING,
                        "{{ $labels.service_name }} fell asleep {{ $value }} times within an hour; a longer idle_timeout"
                                + " saves the wakes"),
                AlertRule.ofServices(
                        GROUP,
                        "error_rate",
                        // A few calls say nothing about the whole.
                        Condition.parse("increase(request_total{status!=\"ok\"}[5m]) / increase(request_total[5m]) > "
                                + plain(thresholds.errorRatePercent() / 100)
                                + " and increase(request_total[5m]) >= 20"),
                        Severity.WARNING,
                        "Calls of {{ $labels.service_name }} fail; its part of all calls is above the threshold"));
    }

    private static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    /** Reports every rule that cannot be evaluated. */
    static void check(Reading reading, ConfigurationFiles files) {
        files.monitoring().alerts().forEach((group, rules) -> {
            Set<String> names = new HashSet<>();
            for (int i = 0; i < rules.size(); i++) {
                String key = "alerts." + group + "[" + i + "]";
                MonitoringFile.AlertRule rule = rules.get(i);
                try {
                    Condition.parse(rule.condition());
                } catch (IllegalArgumentException wrong) {
                    report(reading, key + ".condition", String.valueOf(wrong.getMessage()));
                }
                if (!names.add(rule.name())) {
                    report(
                            reading,
                            key + ".name",
                            "Another rule of this group is named \"" + rule.name() + "\". Rename one.");
                }
            }
        });
    }

    private static void report(Reading reading, String key, String message) {
        reading.report(
                Finding.Severity.ERROR,
                reading.position(MonitoringFile.NAME, key).orElse(reading.at(MonitoringFile.NAME, 0)),
                key,
                message);
    }
}
