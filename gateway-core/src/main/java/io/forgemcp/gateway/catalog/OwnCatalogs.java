package io.forgemcp.gateway.catalog;

import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.protocol.Era;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.upstream.UpstreamSession;
import io.forgemcp.gateway.upstream.Upstreams;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What servers offer single clients: tools that a call has switched on in the client's own session, for example. A server
 * that says in such a session that a list has changed is asked there; if that differs from the catalog it is kept for this
 * client until the conversation ends. Bounded; thread-safe.
 */
public final class OwnCatalogs {
    private static final Logger LOG = LoggerFactory.getLogger(OwnCatalogs.class);
    /** Servers that announce changes in bursts are asked once. */
    private static final Duration DEBOUNCE = Duration.ofMillis(100);

    private static final int MAX_CLIENTS = 1_000;
    private static final int MAX_ENTRIES = 2_000;

    private final Upstreams upstreams;
    private final Catalog catalog;
    private final CatalogLearner learner;
    private final Timers timers;
    private final EventBus events;
    private final Map<ClientKey, Own> clients = new ConcurrentHashMap<>();
    /** What servers have said to have changed and are not yet asked about. */
    private final Map<Conversation, Set<String>> announced = new ConcurrentHashMap<>();

    private final AtomicLong revisions = new AtomicLong();

    private record Conversation(ServiceName service, ClientKey client) {}

    /**
     * What is different for one client.
     *
     * @param revision tells it apart from every other
     */
    public record Own(long revision, Map<ServiceName, ServerCatalog> servers) {
        public Own {
            servers = Map.copyOf(servers);
        }
    }

    /** @param timeout for the answer to each request */
    public OwnCatalogs(Upstreams upstreams, Catalog catalog, Timers timers, EventBus events, Duration timeout) {
        this.upstreams = upstreams;
        this.catalog = catalog;
        this.learner = new CatalogLearner(upstreams, timeout);
        this.timers = timers;
        this.events = events;
    }

    /** What is different for this client; null if nothing is. */
    public @Nullable Own of(ClientKey client) {
        return clients.get(client);
    }

    /** Whether nothing is different for anybody. */
    public boolean isEmpty() {
        return clients.isEmpty();
    }

    /**
     * The server says in the client's own conversation that a list has changed. The client is told, whether or not a difference
     * is found.
     *
     * @param list {@code tools}, {@code prompts} or {@code resources}
     */
    public void serverChanged(ServiceName service, ClientKey client, String list) {
        Conversation conversation = new Conversation(service, client);
        Set<String> fresh = ConcurrentHashMap.newKeySet();
        Set<String> lists = announced.computeIfAbsent(conversation, first -> fresh);
        lists.add(list);
        if (lists == fresh) {
            timers.schedule(DEBOUNCE, () -> {
                Set<String> said = Objects.requireNonNullElse(announced.remove(conversation), Set.of());
                ask(conversation)
                        .thenRun(() -> events.publish(new ListsAnnounced(timers.now(), service, client, said)));
            });
        }
    }

    /** Completes when what the server offers in this conversation is known, or will not be. */
    private CompletionStage<Void> ask(Conversation conversation) {
        UpstreamSession session = upstreams.own(conversation.service(), conversation.client());
        // What a server without sessions offers is the same on every connection.
        if (session == null || session.protocolVersion().era() == Era.MODERN) {
            drop(conversation.service(), conversation.client());
            return CompletableFuture.completedFuture(null);
        }
        return learner.learn(conversation.service(), session, timers.now()).handle((offered, failure) -> {
            if (failure != null) {
                LOG.warn(
                        "lists of one client's session not learnt service={} reason={}",
                        conversation.service(),
                        failure.getMessage());
                if (upstreams.own(conversation.service(), conversation.client()) != session) {
                    // What is known is of a conversation that has ended, too.
                    drop(conversation.service(), conversation.client());
                }
            } else if (upstreams.own(conversation.service(), conversation.client()) == session) {
                keep(conversation, offered);
            }
            return null;
        });
    }

    private void keep(Conversation conversation, ServerCatalog offered) {
        ServerCatalog shared = catalog.snapshot().servers().get(conversation.service());
        if (shared == null || !shared.isLearnt() || shared.listsTheSameAs(offered)) {
            drop(conversation.service(), conversation.client());
            return;
        }
        if (offered.entries() > MAX_ENTRIES
                || (clients.size() >= MAX_CLIENTS && !clients.containsKey(conversation.client()))) {
            LOG.warn(
                    "lists of one client's session not kept: too many service={} entries={} clients={}",
                    conversation.service(),
                    offered.entries(),
                    clients.size());
            return;
        }
        change(conversation.client(), servers -> servers.put(conversation.service(), offered.introducedAs(shared)));
    }

    /** A conversation has ended, and with it what was different in it; what is in the client's next one is asked there. */
    public void ended(ServiceName service, ClientKey client) {
        if (!clients.containsKey(client)) {
            return;
        }
        if (upstreams.own(service, client) == null) {
            drop(service, client);
        } else {
            CompletionStage<Void> unused = ask(new Conversation(service, client));
        }
    }

    private void drop(ServiceName service, ClientKey client) {
        if (clients.containsKey(client)) {
            change(client, servers -> servers.remove(service));
        }
    }

    private interface Change {
        @Nullable
        ServerCatalog on(Map<ServiceName, ServerCatalog> servers);
    }

    private void change(ClientKey client, Change change) {
        Own[] before = new Own[1];
        Own after = clients.compute(client, (key, own) -> {
            before[0] = own;
            Map<ServiceName, ServerCatalog> servers = new HashMap<>(own == null ? Map.of() : own.servers());
            change.on(servers);
            if (own != null && own.servers().equals(servers)) {
                return own;
            }
            return servers.isEmpty() ? null : new Own(revisions.incrementAndGet(), servers);
        });
        if (!Objects.equals(before[0], after)) {
            events.publish(new OwnCatalogChanged(timers.now(), client));
        }
    }
}
