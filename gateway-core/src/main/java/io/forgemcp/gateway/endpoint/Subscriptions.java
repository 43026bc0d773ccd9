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

    private final Map<Key, Lease> leases = new HashMap<>(1);
    private boolean ended;

    /** @param uri as the server knows it */
    void add(ServiceName service, String uri, Lease lease) {
        Lease surplus;
        synchronized (this) {
            surplus = ended ? lease : leases.put(new Key(service, uri), lease);
        }
        close(surplus);
    }

    void remove(ServiceName service, String uri) {
        Lease lease;
        synchronized (this) {
            lease = leases.remove(new Key(service, uri));
        }
        close(lease);
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

    synchronized boolean has(ServiceName service, String uri) {
        return leases.containsKey(new Key(service, uri));
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
        List<Lease> all;
        synchronized (this) {
            ended = true;
            all = new ArrayList<>(leases.values());
            leases.clear();
        }
        all.forEach(Lease::close);
    }

    private static void close(@Nullable Lease lease) {
        if (lease != null) {
            lease.close();
        }
    }
}
