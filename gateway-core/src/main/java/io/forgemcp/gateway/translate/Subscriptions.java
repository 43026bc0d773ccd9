package io.forgemcp.gateway.translate;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which sessions want to hear of a change of which resource. Thread-safe. */
final class Subscriptions {
    private final Map<String, Set<Session>> byUri = new HashMap<>();

    synchronized void add(Session session, String uri) {
        byUri.computeIfAbsent(uri, key -> new HashSet<>()).add(session);
    }

    /** Whether others still want to hear of it. */
    synchronized boolean remove(Session session, String uri) {
        Set<Session> sessions = byUri.getOrDefault(uri, Set.of());
        if (sessions.remove(session) && sessions.isEmpty()) {
            byUri.remove(uri);
        }
        return !sessions.isEmpty();
    }

    synchronized void forget(Session session) {
        byUri.values().forEach(sessions -> sessions.remove(session));
        byUri.values().removeIf(Set::isEmpty);
    }

    synchronized List<Session> of(String uri) {
        return List.copyOf(byUri.getOrDefault(uri, Set.of()));
    }
}
