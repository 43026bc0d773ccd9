package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which generation each server turned out to speak, so that not every session has to find out. It is forgotten after a
 * while and whenever it proves wrong: servers are updated. Thread-safe.
 */
final class EraMemory {
    private static final Duration LIFETIME = Duration.ofMinutes(30);

    private final Timers timers;
    private final Map<ServiceName, Known> known = new ConcurrentHashMap<>();

    /**
     * What a server turned out to be.
     *
     * @param greeting what it says of itself, for a modern one; null for one with sessions
     */
    record Known(@Nullable Handshake greeting, long until) {}

    EraMemory(Timers timers) {
        this.timers = timers;
    }

    /** Null if nothing is known, or not any more. */
    @Nullable
    Known recall(ServiceName service) {
        Known found = known.get(service);
        return found == null || timers.nanoTime() - found.until() > 0 ? null : found;
    }

    /** @param greeting of a modern server; null for one with sessions */
    void remember(ServiceName service, @Nullable Handshake greeting) {
        known.put(service, new Known(greeting, timers.nanoTime() + LIFETIME.toNanos()));
    }

    void forget(ServiceName service) {
        known.remove(service);
    }
}
