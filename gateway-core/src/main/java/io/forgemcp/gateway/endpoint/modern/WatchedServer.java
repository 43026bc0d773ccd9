package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.endpoint.CallPath;
import io.forgemcp.gateway.endpoint.SubscriptionRequests;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.upstream.UpstreamSession;
import io.forgemcp.gateway.virtualserver.Route;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server with resources that one client listens for. It is kept awake with one lease, however many resources they are,
 * and subscribed to in the client's own conversation. The lease yields to whoever wants the server to go; then it is to be
 * {@link #hold held} again once the server is back. Thread-safe; never blocks.
 */
final class WatchedServer {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedServer.class);

    private final CallPath path;
    private final ClientProfile client;
    private final ServiceName service;
    private final SubscriptionRequests requests;
    private final Predicate<Route> wanted;
    /** By the server's own URI. */
    private final Map<String, Route> resources = new LinkedHashMap<>();

    /** What a conversation of the client subscribed to as it began, while the one here is being looked for. */
    private final Set<String> told = new HashSet<>();

    private boolean waiting;
    private @Nullable Lease lease;
    /** Whether what is listened for is subscribed to. */
    private boolean asked;

    private boolean missed;
    private boolean over;

    /** @param wanted whether somebody wants to hear of a resource in the conversation of this client with the server */
    WatchedServer(
            CallPath path,
            ClientProfile client,
            ServiceName service,
            SubscriptionRequests requests,
            Predicate<Route> wanted) {
        this.path = path;
        this.client = client;
        this.service = service;
        this.requests = requests;
        this.wanted = wanted;
    }

    /** Notes resources that are listened for; a server that is held already is asked for those that are new. */
    void want(Collection<Route> named) {
        List<Route> fresh = new ArrayList<>();
        Lease held;
        synchronized (this) {
            for (Route route : named) {
                if (resources.putIfAbsent(route.original(), route) == null) {
                    fresh.add(route);
                }
            }
            held = asked ? lease : null;
        }
        UpstreamSession session = held == null || fresh.isEmpty() ? null : path.openConversation(held, client);
        if (session != null) {
            fresh.forEach(route -> subscribe(session, route));
        }
    }

    /** Whether it is kept awake. */
    synchronized boolean isHeld() {
        return lease != null;
    }

    /** Whether this resource, under the server's own URI, is listened for. */
    synchronized boolean wants(String uri) {
        return !over && resources.containsKey(uri);
    }

    /** A conversation of the client with this server begins; it subscribes to what is added here. */
    synchronized void opening(Collection<String> uris) {
        if (!asked) {
            told.addAll(resources.keySet());
        }
        uris.addAll(resources.keySet());
    }

    /** Wakes the server if it sleeps and there is room, keeps it awake, and subscribes; nothing if that is so or under way. */
    void hold() {
        Route any;
        synchronized (this) {
            if (over || waiting || lease != null || resources.isEmpty()) {
                return;
            }
            waiting = true;
            any = resources.values().iterator().next();
        }
        path.listen(client, any).whenComplete((granted, failure) -> {
            if (granted == null) {
                synchronized (this) {
                    waiting = false;
                }
                missed(failure == null ? new IllegalStateException("neither lease nor failure") : failure);
            } else {
                awake(granted);
            }
        });
    }

    private void awake(Lease granted) {
        // Noted before it yields: from then on the instance may be taken away, which has to be found here.
        synchronized (this) {
            waiting = false;
            lease = granted;
        }
        Lease yielding = granted.yielding();
        boolean tooLate;
        synchronized (this) {
            if (lease != granted) {
                yielding.close();
                return;
            }
            lease = yielding;
            tooLate = over;
            told.clear();
        }
        if (tooLate) {
            leave(true);
            return;
        }
        path.conversation(yielding, client).whenComplete((session, refused) -> {
            if (session == null) {
                drop(yielding);
                missed(refused == null ? new IllegalStateException("neither session nor failure") : refused);
            } else {
                subscribe(session);
            }
        });
    }

    /** One that has just begun was told of everything as it began. */
    private void subscribe(UpstreamSession session) {
        List<Route> left = new ArrayList<>();
        synchronized (this) {
            if (over) {
                return;
            }
            asked = true;
            resources.forEach((uri, route) -> {
                if (!told.contains(uri)) {
                    left.add(route);
                }
            });
            told.clear();
        }
        left.forEach(route -> subscribe(session, route));
    }

    /** Somebody else is looked for only when this client has gone meanwhile. */
    private void subscribe(UpstreamSession session, Route route) {
        requests.subscribe(session, route, asked -> wants(asked.original()) || wanted.test(asked));
    }

    private void missed(Throwable failure) {
        boolean first;
        synchronized (this) {
            first = !missed && !over;
            missed = true;
        }
        if (first) {
            LOG.warn(
                    "event=not_listened_to service={} reason=\"{}\" retried=\"when a call has reached it\"",
                    service,
                    GatewayException.of(failure).getMessage());
        }
    }

    /** An instance has ended, perhaps the one that is held here. */
    void ended(InstanceId instance) {
        Lease held;
        synchronized (this) {
            held = lease;
        }
        if (held != null && held.target().instance().equals(instance)) {
            drop(held);
        }
    }

    /** The server sleeps, or is going: what was held does not keep it. */
    void rests() {
        Lease held;
        synchronized (this) {
            held = lease;
        }
        if (held != null) {
            drop(held);
        }
    }

    private void drop(Lease held) {
        synchronized (this) {
            if (lease == held) {
                lease = null;
                asked = false;
            }
        }
        held.close();
    }

    /**
     * The client does not listen any more.
     *
     * @param unsubscribe whether the server is told
     */
    void end(boolean unsubscribe) {
        synchronized (this) {
            over = true;
        }
        leave(unsubscribe);
    }

    private void leave(boolean unsubscribe) {
        Lease held;
        List<Route> unwanted;
        synchronized (this) {
            held = lease;
            lease = null;
            unwanted = List.copyOf(resources.values());
        }
        Collection<UpstreamSession> conversations = unsubscribe ? conversations(held) : List.of();
        unwanted.forEach(route -> requests.leave(conversations, route, wanted));
        if (held != null) {
            held.close();
        }
    }

    /** Those in which it may be subscribed to: others that have held the server may have seen to it where it is shared. */
    private Collection<UpstreamSession> conversations(@Nullable Lease held) {
        if (path.isShared(service)) {
            return path.sharedConversations(service);
        }
        UpstreamSession own = held == null ? null : path.openConversation(held, client);
        return own == null ? List.of() : List.of(own);
    }
}
