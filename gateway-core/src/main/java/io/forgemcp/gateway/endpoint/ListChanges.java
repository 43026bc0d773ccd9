package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.catalog.CatalogChanged;
import io.forgemcp.gateway.catalog.ListsAnnounced;
import io.forgemcp.gateway.catalog.OwnCatalogChanged;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.event.GatewayEvent;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.virtualserver.ExposedList.Entry;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Tells clients with an open stream that a list of theirs has changed: when what they see in it differs from what they were
 * told last, or a server says so in their own conversation, and once for a burst of changes. That a server says so to the
 * gateway is not enough, because others would ask again for what they have. Thread-safe.
 */
public final class ListChanges implements AutoCloseable {
    private final ClientSessions sessions;
    private final MethodTable methods;
    private final EventBus.Subscription subscription;
    private final AnnouncementPace pace;
    private final Announcements announced = new Announcements();

    public ListChanges(ClientSessions sessions, MethodTable methods, Timers timers, EventBus events) {
        this.sessions = sessions;
        this.methods = methods;
        this.pace = new AnnouncementPace(timers, this::announce);
        this.subscription = events.subscribe(this::heard);
    }

    private void heard(GatewayEvent event) {
        if (event instanceof ListsAnnounced said) {
            announced.add(said);
        }
        if (event instanceof CatalogChanged || event instanceof ListsAnnounced || event instanceof OwnCatalogChanged) {
            pace.changed();
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
                    if (announce(session, before, now, methods.visibleTo(session), taken.toAlone(session.key()))) {
                        pace.told();
                    }
                } catch (GatewayException gone) {
                    // Its virtual server is no more: there is nothing to announce, and its next request says so.
                }
            }
        }
    }

    /**
     * @param visible what the client may see
     * @param said lists of which a server says to this client that they changed
     * @return whether there was something to tell
     */
    static boolean announce(
            ClientSession session, ServerView before, ServerView now, Predicate<Entry> visible, Set<String> said) {
        boolean tools = said.contains("tools") || !before.tools().looksLike(now.tools(), visible);
        if (tools) {
            session.push(MethodTable.listChanged("tools"));
        }
        boolean prompts = said.contains("prompts") || !before.prompts().looksLike(now.prompts(), visible);
        if (prompts) {
            session.push(MethodTable.listChanged("prompts"));
        }
        boolean resources = said.contains("resources")
                || !before.resources().looksLike(now.resources(), visible)
                || !before.templates().looksLike(now.templates(), visible);
        if (resources) {
            session.push(MethodTable.listChanged("resources"));
        }
        return tools || prompts || resources;
    }

    @Override
    public void close() {
        subscription.close();
    }
}
