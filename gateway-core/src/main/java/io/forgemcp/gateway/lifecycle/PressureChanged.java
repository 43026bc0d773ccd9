package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.event.GatewayEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Memory or processors have become scarcer, or less scarce.
 *
 * @param memory share of the machine's memory in use; null if not known
 * @param cpu share of its processors in use; null if not known
 */
public record PressureChanged(
        Instant at,
        PressureLevel from,
        PressureLevel to,
        @Nullable Double memory,
        @Nullable Double cpu) implements GatewayEvent {
    @Override
    public String type() {
        return "system.pressure";
    }
}
