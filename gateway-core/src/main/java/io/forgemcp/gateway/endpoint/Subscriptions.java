package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.service.ServiceName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The resources whose changes one client wants to hear of (MCP 2025-11-25, Resources, Subscriptions). What it wants is kept
 * until it says otherwise, whatever becomes of the server meanwhile; each holds the server awake. Thread-safe.
 */
final class Subscriptions {
    private record Key(ServiceName service, String uri) {}

    /** @param atEnd what is to be done if it ends with the client */
    private record Held(Lease lease, Runnable atEnd) {
        private void end() {
            // First: the lease keeps the server there.
            atEnd.run();
            lease.close();
        }
    }

    private final Map<Key, Held> leases = new HashMap<>(1);
    /** Those that a server is being asked for; the same one may be asked for twice. */
    private final List<Key> asked = new ArrayList<>(0);

    private boolean ended;

    /** The server is going to be asked: the resource counts as wanted until {@link #answered}. */
    synchronized void asking(ServiceName service, String uri) {
        if (!ended) {
            asked.add(new Key(service, uri));
        }
    }

    /** The server has answered, or will not; what it agreed to has been added before. */
    synchronized void answered(ServiceName service, String uri) {
        asked.remove(new Key(service, uri));
    }

    /**
     * Notes what the server has agreed to.
     *
     * @param uri as the server knows it
     * @param atEnd run if the client ends with this subscription, and at once if it has ended
     */
    void add(ServiceName service, String uri, Lease lease, Runnable atEnd) {
        Held fresh = new Held(lease, atEnd);
        Held before = null;
        boolean late;
        synchronized (this) {
            late = ended;
            if (!late) {
                before = leases.put(new Key(service, uri), fresh);
            }
        }
        if (late) {
            fresh.end();
        }
        close(before);
    }

    void remove(ServiceName service, String uri) {
        Held held;
        synchronized (this) {
            held = leases.remove(new Key(service, uri));
        }
        close(held);
    }

    /** The URIs of this server, as the server knows them. */
    synchronized List<String> of(ServiceName service) {
        List<String> uris = new ArrayList<>();
        for (Key key : leases.keySet()) {
            if (key.service().equals(service)) {
                uris.add(key.uri());
            }
        }
        return uris;
    }

    /** Whether it is subscribed to, or the server is being asked. */
    synchronized boolean has(ServiceName service, String uri) {
        Key key = new Key(service, uri);
        return leases.containsKey(key) || asked.contains(key);
    }

    /** Whether a change of this resource, or of one below it, is wanted. */
    boolean wants(ServiceName service, String changed) {
        for (String uri : of(service)) {
            if (ResourceListeners.covers(uri, changed)) {
                return true;
            }
        }
        return false;
    }

    synchronized boolean isEmpty() {
        return leases.isEmpty();
    }

    void end() {
        List<Held> all;
        synchronized (this) {
            ended = true;
            all = new ArrayList<>(leases.values());
            leases.clear();
            asked.clear();
        }
        all.forEach(Held::end);
    }

    private static void close(@Nullable Held held) {
        if (held != null) {
            held.lease().close();
        }
    }
}
