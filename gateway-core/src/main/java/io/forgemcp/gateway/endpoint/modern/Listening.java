package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.catalog.CatalogChanged;
import io.forgemcp.gateway.catalog.CatalogSnapshot;
import io.forgemcp.gateway.catalog.ListsAnnounced;
import io.forgemcp.gateway.catalog.OwnCatalogChanged;
import io.forgemcp.gateway.catalog.ServerCatalog;
import io.forgemcp.gateway.endpoint.AnnouncementPace;
import io.forgemcp.gateway.endpoint.Announcements;
import io.forgemcp.gateway.endpoint.ResourceListeners;
import io.forgemcp.gateway.endpoint.RouteFinder;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.event.GatewayEvent;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.virtualserver.Route;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The streams of clients that listen for changes: each hears only what it asked for, in its own words, when what it sees
 * has changed or its server says so, and once for a burst. Only the servers of resources that it names are kept awake
 * ({@link ResourceWatches}). Thread-safe.
 */
final class Listening implements ResourceListeners, AutoCloseable {
    /** A server may take longer to start for the first time. */
    private static final long PATIENCE_SECONDS = 10;

    private static final int MAX_STREAMS = 20_000;
    private static final int MAX_OF_ONE = 10_000;

    private final RouteFinder routes;
    private final ResourceWatches resources;
    private final ModernClients clients;
    private final TaskCalls tasks;
    private final TaskWatches watches;
    private final Supplier<CatalogSnapshot> catalog;
    private final String serverInfo;
    private final EventBus.Subscription subscription;
    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
    private final ListenPlaces places = new ListenPlaces(MAX_STREAMS, MAX_OF_ONE);
    private final AnnouncementPace pace;
    private final Announcements announced = new Announcements();

    /**
     * @param resources closed with this
     * @param serverInfo the member that names the gateway in {@code _meta}, without braces around it
     */
    Listening(
            RouteFinder routes,
            ResourceWatches resources,
            ModernClients clients,
            TaskCalls tasks,
            Supplier<CatalogSnapshot> catalog,
            String serverInfo,
            Timers timers,
            EventBus events) {
        this.routes = routes;
        this.resources = resources;
        this.clients = clients;
        this.tasks = tasks;
        this.watches = new TaskWatches(tasks.looks(), timers);
        this.catalog = catalog;
        this.serverInfo = serverInfo;
        this.pace = new AnnouncementPace(timers, this::announce);
        this.subscription = events.subscribe(this::heard);
    }

    /**
     * Opens a stream that lasts until its client closes it or the gateway stops. Servers of which nothing is known yet are
     * waited for a moment where resources are asked for: only they can say whether they tell of updates.
     */
    void listen(ModernRequest request, ModernReply reply) {
        ModernViewer viewer = new ModernViewer(request, clients);
        ListenFilter wanted = ListenFilter.read(request.parameter("notifications"), true);
        if (!reply.streams()) {
            throw new GatewayException(
                    ErrorCode.NOT_ACCEPTABLE,
                    "subscriptions/listen is answered on a stream: accept text/event-stream.");
        }
        CompletableFuture<?> learning = routes.learnWhatIsMissing(routes.view(viewer));
        if (learning == null || wanted.uris().isEmpty()) {
            open(request, viewer, reply);
            return;
        }
        learning.completeOnTimeout(null, PATIENCE_SECONDS, TimeUnit.SECONDS).whenComplete((learnt, failure) -> {
            try {
                open(request, viewer, reply);
            } catch (GatewayException refused) {
                ModernErrors.refuse(reply, request.id(), refused);
            }
        });
    }

    private void open(ModernRequest request, ModernViewer viewer, ModernReply reply) {
        ServerView view = routes.view(viewer);
        ModernCapabilities capabilities = new ModernCapabilities(view, catalog.get());
        ListenFilter asked = ListenFilter.read(request.parameter("notifications"), capabilities.subscribe());
        List<TaskTable.Task> named = tasks.named(request, asked.tasks());
        ListenFilter filter = asked.withTasks(named);
        places.take(request.caller().principal());
        ModernClients.Client client = clients.of(request.caller());
        WatchedResources watched = filter.uris().isEmpty()
                ? null
                : resources.of(client.profile(request.meta().capabilities()));
        Listener listener = new Listener(request, viewer, filter, view, reply, serverInfo, routes, client, watched);
        // Before it can hear of anything.
        listener.acknowledge();
        if (filter.isEmpty()) {
            listener.end();
            places.give(request.caller().principal());
            return;
        }
        if (watched != null) {
            // What servers keep for it is not given up while it listens.
            client.began();
        }
        listeners.add(listener);
        reply.onGone(() -> gone(listener));
        if (watched != null) {
            resources.begin(watched, watchable(listener));
        }
        watches.add(request, named, listener.tasks());
        if (!listeners.contains(listener)) {
            // It went before it was there.
            release(listener);
        }
        // What has changed between the first look and now would otherwise never be told.
        compare(listener, Map.of());
    }

    /** Its resources at servers that tell of updates. */
    private List<Route> watchable(Listener listener) {
        CatalogSnapshot offered = catalog.get();
        return listener.resources().stream()
                .filter(route -> offered.server(route.service())
                        .map(ServerCatalog::initialize)
                        .filter(ModernCapabilities::tellsOfUpdates)
                        .isPresent())
                .toList();
    }

    private void compare(Listener listener, Map<ServiceName, Set<String>> announced) {
        boolean changed = listener.compare(routes.view(listener.viewer()), announced, pace::told);
        WatchedResources watched = listener.watched();
        if (changed && watched != null) {
            watched.watch(watchable(listener), false);
        }
    }

    private void gone(Listener listener) {
        if (!listeners.remove(listener)) {
            return;
        }
        places.give(listener.caller().principal());
        release(listener);
        if (listener.watched() != null) {
            // It was there until now: what servers keep for it waits for it from now on.
            clients.of(listener.caller());
            listener.client().ended();
        }
    }

    private void release(Listener listener) {
        watches.remove(listener.tasks());
        WatchedResources watched = listener.watched();
        if (watched != null) {
            resources.end(watched);
        }
    }

    /** How many clients listen. */
    int size() {
        return listeners.size();
    }

    private void heard(GatewayEvent event) {
        resources.heard(event);
        if (event instanceof ListsAnnounced change) {
            announced.add(change);
            announceSoon();
        } else if (event instanceof CatalogChanged || event instanceof OwnCatalogChanged) {
            announceSoon();
        }
    }

    private void announceSoon() {
        if (!listeners.isEmpty()) {
            pace.changed();
        }
    }

    private void announce() {
        Announcements.Taken taken = announced.take();
        for (Listener listener : listeners) {
            try {
                compare(listener, taken.to(clients.of(listener.caller()).keys()));
            } catch (GatewayException gone) {
                // Its virtual server is no more, or no longer for this caller: there is nothing left to hear.
                gone(listener);
                listener.end();
            }
        }
    }

    @Override
    public void updated(ServiceName service, ClientKey client, String uri, Message notification) {
        boolean shared = resources.isShared(service);
        for (Listener listener : listeners) {
            WatchedResources watched = listener.watched();
            if (watched != null && watched.hears(client, shared)) {
                listener.updated(service, uri, notification);
            }
        }
    }

    @Override
    public boolean wants(ServiceName service, String uri) {
        return resources.wants(service, uri);
    }

    @Override
    public Set<String> opening(ServiceName service, ClientKey client) {
        return resources.opening(service, client);
    }

    /** Ends all streams as the specification asks, with a result. */
    @Override
    public void close() {
        subscription.close();
        watches.close();
        resources.close();
        for (Listener listener : listeners) {
            listener.end();
        }
        listeners.clear();
    }
}
