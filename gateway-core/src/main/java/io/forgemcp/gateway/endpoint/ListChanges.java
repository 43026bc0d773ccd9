package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.catalog.CatalogChanged;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.event.GatewayEvent;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.virtualserver.ExposedList;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Tells clients with an open stream that a list of theirs has changed: only when it really differs from what they were
 * told last, and once for a burst of changes. Thread-safe.
 */
public final class ListChanges implements AutoCloseable {
    private static final Duration DEBOUNCE = Duration.ofMillis(50);

    private final ClientSessions sessions;
    private final MethodTable methods;
    private final Timers timers;
    private final EventBus.Subscription subscription;
    private final AtomicBoolean scheduled = new AtomicBoolean();

    public ListChanges(ClientSessions sessions, MethodTable methods, Timers timers, EventBus events) {
        this.sessions = sessions;
        this.methods = methods;
        this.timers = timers;
        this.subscription = events.subscribe(this::heard);
    }

    private void heard(GatewayEvent event) {
        if (event instanceof CatalogChanged && scheduled.compareAndSet(false, true)) {
            timers.schedule(DEBOUNCE, () -> {
                scheduled.set(false);
                announce();
            });
        }
    }

    private void announce() {
        for (ClientSession session : sessions.all()) {
            if (session.streams().isListening()) {
                try {
                    ServerView now = methods.view(session);
                    ServerView before = session.told();
                    session.told(now);
                    announce(session, before, now);
                } catch (GatewayException gone) {
                    // Its virtual server is no more: there is nothing to announce, and its next request says so.
                }
            }
        }
    }

    static void announce(ClientSession session, @Nullable ServerView before, ServerView now) {
        if (before == null || differ(before.tools(), now.tools())) {
            session.push(MethodTable.listChanged("tools"));
        }
        if (before == null || differ(before.prompts(), now.prompts())) {
            session.push(MethodTable.listChanged("prompts"));
        }
        if (before == null
                || differ(before.resources(), now.resources())
                || differ(before.templates(), now.templates())) {
            session.push(MethodTable.listChanged("resources"));
        }
    }

    private static boolean differ(ExposedList before, ExposedList now) {
        return before != now && !Arrays.equals(before.result(), now.result());
    }

    @Override
    public void close() {
        subscription.close();
    }
}
