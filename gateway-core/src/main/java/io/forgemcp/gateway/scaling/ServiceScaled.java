package io.forgemcp.gateway.scaling;

import io.forgemcp.gateway.event.GatewayEvent;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Instant;

/**
 * A decision to change the number of instances of a service, carried out, held back or failed.
 *
 * @param from how many ran or started
 * @param to how many there are to be
 * @param reason for people
 */
public record ServiceScaled(
        Instant at, ServiceName service, int from, int to, ScalingRecord.Outcome outcome, String reason)
        implements GatewayEvent {
    @Override
    public String type() {
        return "service.scaled";
    }
}
