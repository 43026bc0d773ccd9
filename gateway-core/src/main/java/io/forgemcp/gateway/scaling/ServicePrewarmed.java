package io.forgemcp.gateway.scaling;

import io.forgemcp.gateway.event.GatewayEvent;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A service was woken before it was called, or was to be.
 *
 * @param cause {@code schedule}, {@code prediction} or {@code search}
 * @param refusal why it could not be; null when its wake was asked for
 */
public record ServicePrewarmed(
        Instant at,
        ServiceName service,
        String cause,
        @Nullable String refusal) implements GatewayEvent {
    @Override
    public String type() {
        return "service.prewarmed";
    }
}
