package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.endpoint.CallPath;
import io.forgemcp.gateway.endpoint.SubscriptionRequests;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.virtualserver.Route;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The resources that one client listens for, by server. Thread-safe; never blocks. */
final class WatchedResources {
    private final CallPath path;
    private final ClientProfile client;
    private final SubscriptionRequests requests;
    private final Predicate<Route> wanted;
    private final Map<ServiceName, WatchedServer> servers = new ConcurrentHashMap<>();
    private boolean over;

    /**
     * @param client as servers know it
     * @param wanted whether somebody wants to hear of a resource in the conversation of this client with its server
     */
    WatchedResources(CallPath path, ClientProfile client, SubscriptionRequests requests, Predicate<Route> wanted) {
        this.path = path;
        this.client = client;
        this.requests = requests;
        this.wanted = wanted;
    }

    /**
     * Whether what is said in this conversation is for this client.
     *
     * @param shared whether all clients share the conversation with that server
     */
    boolean hears(ClientKey conversation, boolean shared) {
        return conversation.equals(shared ? ClientKey.GATEWAY : client.key());
    }

    /** Whether the server is listened to and not kept awake. */
    boolean lacks(ServiceName service) {
        WatchedServer server = servers.get(service);
        return server != null && !server.isHeld();
    }

    /**
     * Listens for these, beside what is listened for already.
     *
     * @param wake whether servers that sleep are woken; those that run are kept awake in any case
     */
    void watch(List<Route> resources, boolean wake) {
        Map<ServiceName, List<Route>> byServer = resources.stream().collect(Collectors.groupingBy(Route::service));
        byServer.forEach((service, routes) -> {
            WatchedServer server = server(service);
            if (server != null) {
                server.want(routes);
                if (wake || path.isRunning(service)) {
                    server.hold();
                }
            }
        });
    }

    private synchronized @Nullable WatchedServer server(ServiceName service) {
        return over
                ? null
                : servers.computeIfAbsent(service, name -> new WatchedServer(path, client, name, requests, wanted));
    }

    /** The server runs, perhaps again. */
    void runs(ServiceName service) {
        WatchedServer server = servers.get(service);
        if (server != null) {
            server.hold();
        }
    }

    /** The server does not run any more: it is let go until it {@link #runs}. */
    void rests(ServiceName service) {
        WatchedServer server = servers.get(service);
        if (server != null) {
            server.rests();
        }
    }

    /** An instance has ended. */
    void ended(InstanceId instance) {
        WatchedServer server = servers.get(instance.service());
        if (server != null) {
            server.ended(instance);
        }
    }

    /** A conversation with the server begins: it is to subscribe to these, too. */
    void opening(ServiceName service, Collection<String> uris) {
        WatchedServer server = servers.get(service);
        if (server != null) {
            server.opening(uris);
        }
    }

    /**
     * Whether this is listened for.
     *
     * @param uri as the server knows it
     */
    boolean wants(ServiceName service, String uri) {
        WatchedServer server = servers.get(service);
        return server != null && server.wants(uri);
    }

    /**
     * The client does not listen any more.
     *
     * @param unsubscribe whether servers are told
     */
    void end(boolean unsubscribe) {
        synchronized (this) {
            over = true;
        }
        servers.values().forEach(server -> server.end(unsubscribe));
    }
}
