package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.event.GatewayEvent;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that an emergency has led to, for the audit: an action, or its end.
 *
 * @param trigger what was measured against which threshold
 * @param action what was done; null if the emergency is over
 * @param services whom it concerned
 */
public record EmergencyStep(
        Instant at, String trigger, EmergencySettings.@Nullable Action action, List<String> services)
        implements GatewayEvent {
    public EmergencyStep {
        services = List.copyOf(services);
    }

    @Override
    public String type() {
        return "system.emergency";
    }
}
