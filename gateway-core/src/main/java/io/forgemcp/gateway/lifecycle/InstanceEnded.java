package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.event.GatewayEvent;
import io.forgemcp.gateway.service.InstanceId;
import java.time.Instant;

/**
 * An instance is gone, asked to or not, and with it every session on it. Also when a service sleeps by being stopped.
 *
 * @param reason for people
 */
public record InstanceEnded(Instant at, InstanceId instance, String reason) implements GatewayEvent {
    @Override
    public String type() {
        return "service.instance.ended";
    }
}
