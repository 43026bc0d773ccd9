package io.forgemcp.gateway.catalog;

import io.forgemcp.gateway.event.GatewayEvent;
import io.forgemcp.gateway.upstream.ClientKey;
import java.time.Instant;

/** What servers offer one client alone has changed, or is as for everybody again. */
public record OwnCatalogChanged(Instant at, ClientKey client) implements GatewayEvent {
    @Override
    public String type() {
        return "catalog.own";
    }
}
