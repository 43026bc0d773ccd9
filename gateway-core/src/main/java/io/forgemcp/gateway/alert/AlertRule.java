package io.forgemcp.gateway.alert;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * When to raise an alert.
 *
 * @param group for people, for example {@code resources}
 * @param name unique together with the group
 * @param labels alerts with different values of these labels are different alerts; a value that is measured more finely is
 *     added up
 * @param message for people
 * @param annotations longer texts; may contain <code>{{ $labels.service_name }}</code> and <code>{{ $value }}</code>
 * @param holdFor how long the condition must hold before the alert fires
 */
public record AlertRule(
        String group,
        String name,
        Condition condition,
        Severity severity,
        List<String> labels,
        String message,
        Map<String, String> annotations,
        Duration holdFor) {
    public AlertRule {
        labels = List.copyOf(labels);
        annotations = Map.copyOf(annotations);
        if (name.isBlank() || holdFor.isNegative()) {
            throw new IllegalArgumentException("An alert rule needs a name and a time that is not negative: " + name);
        }
    }

    /** A rule that fires at once and tells services apart. */
    public static AlertRule ofServices(
            String group, String name, Condition condition, Severity severity, String message) {
        return new AlertRule(
                group, name, condition, severity, List.of("service_name"), message, Map.of(), Duration.ZERO);
    }
}
