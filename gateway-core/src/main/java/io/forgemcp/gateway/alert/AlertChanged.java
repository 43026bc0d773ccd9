package io.forgemcp.gateway.alert;

import io.forgemcp.gateway.event.GatewayEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An alert fires, was acknowledged, or is over. Not published for alerts that are silenced.
 *
 * @param service the service that it is about; null if it is about the gateway or the machine
 */
public record AlertChanged(
        Instant at,
        String id,
        String group,
        String rule,
        Severity severity,
        Change change,
        @Nullable String service,
        double value,
        String message)
        implements GatewayEvent {
    /** What happened to it. */
    public enum Change {
        FIRING("alert.firing"),
        ACKNOWLEDGED("alert.acknowledged"),
        RESOLVED("alert.resolved");

        private final String type;

        Change(String type) {
            this.type = type;
        }
    }

    static AlertChanged of(Alert alert, Change change, Instant at) {
        return new AlertChanged(
                at,
                alert.id(),
                alert.group(),
                alert.rule(),
                alert.severity(),
                change,
                alert.service(),
                alert.value(),
                alert.message());
    }

    @Override
    public String type() {
        return change.type;
    }
}
