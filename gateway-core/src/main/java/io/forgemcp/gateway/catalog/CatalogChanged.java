package io.forgemcp.gateway.catalog;

import io.forgemcp.gateway.event.GatewayEvent;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Instant;

/**
 * What a server offers has changed, or is known to be out of reach, or back.
 *
 * @param version of the snapshot in which the change is visible
 */
public record CatalogChanged(Instant at, ServiceName service, long version) implements GatewayEvent {
    @Override
    public String type() {
        return "catalog.changed";
    }
}
