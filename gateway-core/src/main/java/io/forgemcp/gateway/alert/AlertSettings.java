package io.forgemcp.gateway.alert;

import java.time.Duration;
import java.util.List;

/**
 * Which alerts there are.
 *
 * @param interval between two looks at all rules
 * @param retention how long an alert that is over is remembered
 */
public record AlertSettings(List<AlertRule> rules, Duration interval, Duration retention) {
    /** No rules: nothing is evaluated and nothing is measured for it. */
    public static final AlertSettings NONE = new AlertSettings(List.of(), Duration.ofSeconds(10), Duration.ofHours(24));

    public AlertSettings {
        rules = List.copyOf(rules);
    }
}
