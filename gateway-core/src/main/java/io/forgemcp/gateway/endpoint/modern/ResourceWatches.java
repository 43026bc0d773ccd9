package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.endpoint.CallPath;
import io.forgemcp.gateway.endpoint.SubscriptionRequests;
import io.forgemcp.gateway.event.GatewayEvent;
import io.forgemcp.gateway.lifecycle.InstanceEnded;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.lifecycle.ServiceStateChanged;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.virtualserver.Route;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiPredicate;

/**
 * The resources that all listening clients have named, and their servers: woken when a client begins to listen, awake while it
 * listens. An order to stop, restart or remove a server is not held up, nor is a call of another service that there is no
 * room for beside it; who listens holds it again when somebody has brought it back. Thread-safe; never blocks.
 */
final class ResourceWatches implements AutoCloseable {
    /** After which what happened to servers is acted upon: a restart is several events, and is over before it is known. */
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final CallPath path;
    private final BiPredicate<ServiceName, String> sessions;
    private final SubscriptionRequests requests;
    private final Timers timers;
    private final Set<WatchedResources> all = ConcurrentHashMap.newKeySet();
    private final Set<InstanceId> ended = ConcurrentHashMap.newKeySet();
    private final Set<ServiceName> concerned = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /**
     * @param sessions whether a client with a session wants to hear of a resource, under its server's own URI
     * @param timeout for what servers are asked
     */
    ResourceWatches(CallPath path, BiPredicate<ServiceName, String> sessions, Duration timeout, Timers timers) {
        this.path = path;
        this.sessions = sessions;
        this.requests = new SubscriptionRequests(timeout);
        this.timers = timers;
    }

    /** For a client that is going to listen. */
    WatchedResources of(ClientProfile client) {
        return new WatchedResources(path, client, requests, route -> isWanted(client.key(), route));
    }

    /** Begins to listen for these, and wakes their servers. */
    void begin(WatchedResources watched, List<Route> resources) {
        // Known before anything is woken: conversations that begin meanwhile subscribe.
        all.add(watched);
        watched.watch(resources, true);
    }

    /** Whether all clients share one conversation with this server. */
    boolean isShared(ServiceName service) {
        return path.isShared(service);
    }

    /** The client does not listen any more. */
    void end(WatchedResources watched) {
        if (all.remove(watched)) {
            watched.end(true);
        }
    }

    /** Whether somebody wants to hear of it in the conversation of this client, which may be one that all share. */
    private boolean isWanted(ClientKey client, Route route) {
        boolean shared = isShared(route.service());
        return (shared && sessions.test(route.service(), route.original()))
                || isListenedFor(route.service(), route.original(), shared ? ClientKey.GATEWAY : client, shared);
    }

    private boolean isListenedFor(ServiceName service, String uri, ClientKey conversation, boolean shared) {
        for (WatchedResources watched : all) {
            if (watched.hears(conversation, shared) && watched.wants(service, uri)) {
                return true;
            }
        }
        return false;
    }

    /** Whether somebody listens for this in the conversation that clients share. */
    boolean wants(ServiceName service, String uri) {
        return isListenedFor(service, uri, ClientKey.GATEWAY, isShared(service));
    }

    /** A conversation begins: what it is to subscribe to. */
    Set<String> opening(ServiceName service, ClientKey conversation) {
        Set<String> uris = new HashSet<>();
        boolean shared = isShared(service);
        boolean lacking = false;
        for (WatchedResources watched : all) {
            lacking |= watched.lacks(service);
            if (watched.hears(conversation, shared)) {
                watched.opening(service, uris);
            }
        }
        if (lacking) {
            // Somebody has reached what could not be had before.
            lookSoon(service);
        }
        return uris;
    }

    /** Hears what becomes of servers. */
    void heard(GatewayEvent event) {
        if (all.isEmpty()) {
            return;
        }
        if (event instanceof InstanceEnded end) {
            ended.add(end.instance());
            lookSoon(end.instance().service());
        } else if (event instanceof ServiceStateChanged change
                && (change.to() == ServiceState.RUNNING || change.to() == ServiceState.SLEEPING)) {
            lookSoon(change.service());
        }
    }

    private void lookSoon(ServiceName service) {
        concerned.add(service);
        if (scheduled.compareAndSet(false, true)) {
            timers.schedule(PAUSE, this::look);
        }
    }

    private void look() {
        scheduled.set(false);
        Set<InstanceId> gone = Set.copyOf(ended);
        ended.removeAll(gone);
        Set<ServiceName> services = Set.copyOf(concerned);
        concerned.removeAll(services);
        List<ServiceName> resting =
                services.stream().filter(service -> !path.isRunning(service)).toList();
        List<ServiceName> running = services.stream().filter(path::isRunning).toList();
        for (WatchedResources watched : all) {
            gone.forEach(watched::ended);
            resting.forEach(watched::rests);
            running.forEach(watched::runs);
        }
    }

    /** Lets all servers go; nothing is asked of them any more. */
    @Override
    public void close() {
        all.forEach(watched -> watched.end(false));
        all.clear();
    }
}
