package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.endpoint.CallPath;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.virtualserver.Route;
import java.time.Duration;
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
    private final Duration timeout;
    private final Map<ServiceName, WatchedServer> servers = new ConcurrentHashMap<>();
    private boolean over;

    /**
     * @param client as servers know it
     * @param timeout for what servers are asked
     */
    WatchedResources(CallPath path, ClientProfile client, Duration timeout) {
        this.path = path;
        this.client = client;
        this.timeout = timeout;
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

    /** Whether both are the same client to servers. */
    boolean sharesConversationsOf(WatchedResources other) {
        return client.key().equals(other.client.key());
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
        return over ? null : servers.computeIfAbsent(service, name -> new WatchedServer(path, client, name, timeout));
    }

    /** The server runs, perhaps again. */
    void runs(ServiceName service) {
        WatchedServer server = servers.get(service);
        if (server != null) {
            server.hold();
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

    /** Adds what is listened for at this server, under its own URIs. */
    void addTo(ServiceName service, Collection<String> uris) {
        WatchedServer server = servers.get(service);
        if (server != null) {
            server.addTo(uris);
        }
    }

    /**
     * The client does not listen any more.
     *
     * @param wanted whether a resource is still wanted in the same conversation
     */
    void end(Predicate<Route> wanted) {
        synchronized (this) {
            over = true;
        }
        servers.values().forEach(server -> server.end(wanted));
    }
}
