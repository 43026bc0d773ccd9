package io.forgemcp.gateway.alert;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Keeps alerts quiet for a while: they are evaluated and shown, but nobody is told of them.
 *
 * @param rule the name of a rule; null for all
 * @param service the name of a service; null for all, and for alerts of the gateway itself
 * @param until when it ends
 * @param by the caller who asked for it
 */
public record Silence(
        String id,
        @Nullable String rule,
        @Nullable String service,
        Instant from,
        Instant until,
        String by,
        String comment) {
    static final String SERVICE_LABEL = "service_name";

    boolean covers(Alert alert) {
        return (rule == null || rule.equals(alert.rule()))
                && (service == null || service.equalsIgnoreCase(alert.service()));
    }
}
