package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.event.GatewayEvent;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Instant;

/**
 * A service went from one state to another.
 *
 * @param reason for people
 */
public record ServiceStateChanged(Instant at, ServiceName service, ServiceState from, ServiceState to, String reason)
        implements GatewayEvent {
    @Override
    public String type() {
        return "service.state";
    }
}
