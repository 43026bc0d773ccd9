package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which generations each server turned out to speak, so that not every session has to find out. It is forgotten after a
 * while and whenever it proves wrong: servers are updated. Thread-safe.
 */
final class EraMemory {
    private static final Duration LIFETIME = Duration.ofMinutes(30);

    private final Timers timers;
    private final Map<ServiceName, Known> known = new ConcurrentHashMap<>();

    /**
     * What a server turned out to be.
     *
     * @param greeting what it says of itself without a session; null if it has not been heard
     * @param sessionsOnly whether it does not know what to do without a session
     * @param noSessions whether it refused to be initialized
     * @param until when that is forgotten, on the clock that never jumps
     */
    record Known(@Nullable Handshake greeting, boolean sessionsOnly, boolean noSessions, long until) {}

    EraMemory(Timers timers) {
        this.timers = timers;
    }

    /** Null if nothing is known, or not any more. */
    @Nullable
    Known recall(ServiceName service) {
        Known found = known.get(service);
        return found == null || timers.nanoTime() - found.until() > 0 ? null : found;
    }

    /** It answers without a session. */
    void modern(ServiceName service, Handshake greeting, boolean noSessions) {
        known.put(service, new Known(greeting, false, noSessions, until()));
    }

    /** It does not answer without a session. */
    void sessionsOnly(ServiceName service) {
        known.put(service, new Known(null, true, false, until()));
    }

    void forget(ServiceName service) {
        known.remove(service);
    }

    private long until() {
        return timers.nanoTime() + LIFETIME.toNanos();
    }
}
