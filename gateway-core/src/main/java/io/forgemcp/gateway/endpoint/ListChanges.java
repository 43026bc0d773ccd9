package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.catalog.CatalogChanged;
import io.forgemcp.gateway.catalog.ListsAnnounced;
import io.forgemcp.gateway.catalog.OwnCatalogChanged;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.event.GatewayEvent;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.virtualserver.ExposedList;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells clients with an open stream that a list of theirs has changed: when it differs from what they were told last or
 * its server says so, and once for a burst of changes. Thread-safe.
 */
public final class ListChanges implements AutoCloseable {
    private static final Duration DEBOUNCE = Duration.ofMillis(50);

    private final ClientSessions sessions;
    private final MethodTable methods;
    private final Timers timers;
    private final EventBus.Subscription subscription;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Announcements announced = new Announcements();

    public ListChanges(ClientSessions sessions, MethodTable methods, Timers timers, EventBus events) {
        this.sessions = sessions;
        this.methods = methods;
        this.timers = timers;
        this.subscription = events.subscribe(this::heard);
    }

    private void heard(GatewayEvent event) {
        if (event instanceof ListsAnnounced said) {
            announced.add(said);
        }
        if ((event instanceof CatalogChanged || event instanceof ListsAnnounced || event instanceof OwnCatalogChanged)
                && scheduled.compareAndSet(false, true)) {
            timers.schedule(DEBOUNCE, () -> {
                scheduled.set(false);
                announce();
            });
        }
    }

    private void announce() {
        Announcements.Taken taken = announced.take();
        for (ClientSession session : sessions.all()) {
            // A client that has not shaken hands yet has not seen any list.
            ServerView before = session.told();
            if (before != null && session.streams().isListening()) {
                try {
                    ServerView now = methods.view(session);
                    session.told(now);
                    Map<ServiceName, Set<String>> said =
                            taken.to(Set.of(session.profile().key()));
                    Set<String> lists = new HashSet<>();
                    now.services().forEach(service -> lists.addAll(said.getOrDefault(service, Set.of())));
                    announce(session, before, now, lists);
                } catch (GatewayException gone) {
                    // Its virtual server is no more: there is nothing to announce, and its next request says so.
                }
            }
        }
    }

    /** @param said lists of which a server says that they changed */
    static void announce(ClientSession session, ServerView before, ServerView now, Set<String> said) {
        if (said.contains("tools") || differ(before.tools(), now.tools())) {
            session.push(MethodTable.listChanged("tools"));
        }
        if (said.contains("prompts") || differ(before.prompts(), now.prompts())) {
            session.push(MethodTable.listChanged("prompts"));
        }
        if (said.contains("resources")
                || differ(before.resources(), now.resources())
                || differ(before.templates(), now.templates())) {
            session.push(MethodTable.listChanged("resources"));
        }
    }

    private static boolean differ(ExposedList before, ExposedList now) {
        return before != now
                && !Arrays.equals(before.ready().shared(), now.ready().shared());
    }

    @Override
    public void close() {
        subscription.close();
    }
}
