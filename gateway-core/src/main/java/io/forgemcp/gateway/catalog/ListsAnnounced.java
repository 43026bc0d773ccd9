package io.forgemcp.gateway.catalog;

import io.forgemcp.gateway.event.GatewayEvent;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.ClientKey;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A server said that lists of its changed, and was asked what it offers now, whether or not a difference was found.
 *
 * @param client whose own conversation it said so in, who alone is to hear of it; null for everybody
 * @param lists {@code tools}, {@code prompts} or {@code resources}
 */
public record ListsAnnounced(
        Instant at, ServiceName service, @Nullable ClientKey client, Set<String> lists) implements GatewayEvent {
    public ListsAnnounced {
        lists = Set.copyOf(lists);
    }

    @Override
    public String type() {
        return "catalog.announced";
    }
}
