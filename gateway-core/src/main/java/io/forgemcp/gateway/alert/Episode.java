package io.forgemcp.gateway.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One open alert: from the moment when the condition of a rule began to hold. Guarded by the lock of its book. */
final class Episode {
    /** A condition that comes and goes within this time is one alert, not many. */
    static final Duration QUIET = Duration.ofMinutes(1);

    private static final long NEVER = Long.MIN_VALUE;

    final String id;
    final AlertRule rule;
    final Map<String, String> labels;
    final Instant since;
    /** Whether anybody was told that it fires. */
    boolean told;

    Alert.@Nullable Acknowledgement acknowledged;
    private @Nullable Instant firedAt;
    private double value;
    private final long beganNanos;
    private long goneNanos = NEVER;

    /** @param firedAt of one that fired before a restart */
    Episode(
            String id,
            AlertRule rule,
            Map<String, String> labels,
            Instant since,
            @Nullable Instant firedAt,
            long nanos) {
        this.id = id;
        this.rule = rule;
        this.labels = labels;
        this.since = since;
        this.firedAt = firedAt;
        this.beganNanos = nanos;
    }

    static Map<String, String> labels(AlertRule rule, List<String> values) {
        Map<String, String> labels = new LinkedHashMap<>();
        for (int i = 0; i < values.size(); i++) {
            labels.put(rule.labels().get(i), values.get(i));
        }
        return labels;
    }

    /** The condition holds now, so it may fire from now on. */
    void holds(double newValue, Instant now, long nanos) {
        value = newValue;
        goneNanos = NEVER;
        if (firedAt == null && nanos - beganNanos >= rule.holdFor().toNanos()) {
            firedAt = now;
        }
    }

    /** @return whether it is over: at once if it never fired, else when it has been gone as long as it took to fire */
    boolean gone(long nanos) {
        if (goneNanos == NEVER) {
            goneNanos = nanos;
        }
        return firedAt == null
                || nanos - goneNanos >= Math.max(QUIET.toNanos(), rule.holdFor().toNanos());
    }

    boolean firing() {
        return firedAt != null;
    }

    void value(double recalled) {
        value = recalled;
    }

    Alert alert(@Nullable Instant resolvedAt) {
        Alert.State state =
                resolvedAt != null ? Alert.State.RESOLVED : firedAt != null ? Alert.State.FIRING : Alert.State.PENDING;
        return new Alert(
                id,
                rule.group(),
                rule.name(),
                rule.severity(),
                state,
                labels,
                value,
                AlertText.fill(rule.message(), labels, value),
                AlertText.fill(rule.annotations(), labels, value),
                since,
                firedAt,
                resolvedAt,
                acknowledged,
                null);
    }
}
