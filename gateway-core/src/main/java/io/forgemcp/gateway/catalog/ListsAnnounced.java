package io.forgemcp.gateway.catalog;

import io.forgemcp.gateway.event.GatewayEvent;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Instant;
import java.util.Set;

/**
 * A server said that lists of its changed, and was asked what it offers now, whether or not a difference was found.
 *
 * @param lists {@code tools}, {@code prompts} or {@code resources}
 */
public record ListsAnnounced(Instant at, ServiceName service, Set<String> lists) implements GatewayEvent {
    public ListsAnnounced {
        lists = Set.copyOf(lists);
    }

    @Override
    public String type() {
        return "catalog.announced";
    }
}
