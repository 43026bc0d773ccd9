package io.forgemcp.gateway.alert;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An alert at one moment. One rule has at most one open alert for the same labels; when it is over and begins again, that is
 * another alert with another id.
 *
 * @param id unique in this gateway, also after a restart
 * @param group of the rule
 * @param rule its name
 * @param labels the values by which alerts of the rule are told apart
 * @param value the last one for which the condition held
 * @param message for people, with the annotations
 * @param since when the condition began to hold
 * @param firedAt null while pending
 * @param resolvedAt null until it is over
 * @param acknowledged who has taken care of it; null if nobody has
 * @param silence the id of the silence that keeps it quiet; null if none does
 */
public record Alert(
        String id,
        String group,
        String rule,
        Severity severity,
        State state,
        Map<String, String> labels,
        double value,
        String message,
        Map<String, String> annotations,
        Instant since,
        @Nullable Instant firedAt,
        @Nullable Instant resolvedAt,
        @Nullable Acknowledgement acknowledged,
        @Nullable String silence) {
    public Alert {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }

    /** The service that it is about; null if it is about the gateway or the machine. */
    public @Nullable String service() {
        String service = labels.get(Silence.SERVICE_LABEL);
        return service == null || service.isEmpty() ? null : service;
    }

    Alert withSilence(@Nullable String id) {
        return new Alert(
                this.id,
                group,
                rule,
                severity,
                state,
                labels,
                value,
                message,
                annotations,
                since,
                firedAt,
                resolvedAt,
                acknowledged,
                id);
    }

    /** Where an alert is in its life. */
    public enum State {
        /** The condition holds, but not long enough. */
        PENDING,
        /** The condition has held long enough, and has not been gone for long enough. */
        FIRING,
        /** It is over. */
        RESOLVED
    }

    /**
     * Somebody takes care of an alert.
     *
     * @param by the caller
     */
    public record Acknowledgement(Instant at, String by, String comment) {}
}
