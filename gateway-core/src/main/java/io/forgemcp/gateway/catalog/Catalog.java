package io.forgemcp.gateway.catalog;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.lifecycle.InstancesTaken;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.upstream.Upstreams;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what every server offers, learns it when a server is awake and remembers it when it is not. Reading never wakes
 * anybody; {@link #refresh} does. Thread-safe.
 */
public final class Catalog {
    private static final Logger LOG = LoggerFactory.getLogger(Catalog.class);
    /** Servers that announce changes in bursts are asked once. */
    private static final Duration DEBOUNCE = Duration.ofMillis(100);

    /** A server that could not be learnt for somebody's list is left alone for this long. */
    private static final Duration AGAIN = Duration.ofSeconds(30);

    private final ServiceManager services;
    private final CatalogLearner learner;
    private final CatalogMemory memory;
    private final Timers timers;
    private final EventBus events;
    private final Duration startTimeout;
    /** Read without a lock by everybody, replaced only by {@link #replace}. */
    private volatile CatalogSnapshot snapshot = CatalogSnapshot.EMPTY;

    private final Map<ServiceName, CompletableFuture<ServerCatalog>> learning = new ConcurrentHashMap<>();
    /** Which lists each server said had changed since it was asked last. */
    private final Map<ServiceName, Set<String>> changed = new ConcurrentHashMap<>();

    private final Set<ServiceName> tried = ConcurrentHashMap.newKeySet();

    /**
     * @param memory keeps learnt catalogs across restarts
     * @param startTimeout how long a server may take to start when it has to be asked, and to answer
     */
    public Catalog(
            ServiceManager services,
            Upstreams upstreams,
            CatalogMemory memory,
            Timers timers,
            EventBus events,
            Duration startTimeout) {
        this.services = services;
        this.learner = new CatalogLearner(upstreams, startTimeout);
        this.memory = memory;
        this.timers = timers;
        this.events = events;
        this.startTimeout = startTimeout;
    }

    /** What is known now. */
    public CatalogSnapshot snapshot() {
        return snapshot;
    }

    /** Takes up a registered service, with what was learnt of it in an earlier run. */
    public void add(ServiceDefinition service) {
        ServerCatalog known = memory.recall(service).orElseGet(() -> ServerCatalog.unknown(service.name()));
        publish(known.withProblem(service.unavailable()));
    }

    /** Forgets a service that is no longer registered. */
    public void remove(ServiceName service) {
        replace(service, before -> before.without(service));
        memory.forget(service);
    }

    /**
     * Asks the server what it offers, waking it if it sleeps. Callers who ask at the same time share one answer. A
     * failure is noted in the catalog and fails the stage.
     */
    public CompletionStage<ServerCatalog> refresh(ServiceName name) {
        CompletableFuture<ServerCatalog> mine = new CompletableFuture<>();
        CompletableFuture<ServerCatalog> running = learning.putIfAbsent(name, mine);
        if (running != null) {
            return running;
        }
        learn(name).whenComplete((learnt, failure) -> {
            learning.remove(name, mine);
            if (failure == null) {
                publish(learnt);
                services.definition(name).ifPresent(service -> memory.remember(service, learnt));
                LOG.info(
                        "catalog learnt service={} tools={} prompts={} resources={} templates={}",
                        name,
                        learnt.tools().size(),
                        learnt.prompts().size(),
                        learnt.resources().size(),
                        learnt.templates().size());
                mine.complete(learnt);
            } else {
                GatewayException reason = GatewayException.of(failure);
                LOG.warn("catalog not learnt service={} code={} reason={}", name, reason.code(), reason.getMessage());
                if (!(reason instanceof InstancesTaken)) {
                    noteProblem(name, reason.getMessage());
                }
                mine.completeExceptionally(reason);
            }
        });
        return mine;
    }

    private CompletionStage<ServerCatalog> learn(ServiceName name) {
        if (services.definition(name).isEmpty()) {
            return CompletableFuture.failedStage(
                    new GatewayException(ErrorCode.UNKNOWN_SERVICE, "There is no service \"" + name + "\"."));
        }
        return services.acquire(name, ClientKey.GATEWAY, startTimeout).thenCompose(this::learnAndRelease);
    }

    private CompletionStage<ServerCatalog> learnAndRelease(Lease lease) {
        CompletionStage<ServerCatalog> learnt;
        try {
            learnt = learner.learn(lease.target(), timers.now());
        } catch (RuntimeException failure) {
            lease.close();
            throw failure;
        }
        return learnt.whenComplete((result, failure) -> lease.close());
    }

    /** What is being learnt of this server right now; null if it is not being asked. */
    public @Nullable CompletionStage<ServerCatalog> underWay(ServiceName name) {
        return learning.get(name);
    }

    /** Learns a server of which nothing is known yet, in the background, once; after a failure not again for a while. */
    public void learnOnce(ServiceName service) {
        if (tried.add(service)) {
            refresh(service).whenComplete((learnt, failure) -> {
                if (failure != null) {
                    timers.schedule(AGAIN, () -> tried.remove(service));
                }
            });
        }
    }

    /**
     * The server says that one of its lists changed: asks it soon, once however often it says so, and has everybody told.
     *
     * @param list {@code tools}, {@code prompts} or {@code resources}
     */
    public void serverChanged(ServiceName service, String list) {
        changed(service, Set.of(list));
    }

    /**
     * The server says in one client's own conversation that a list changed: asks it soon what it offers everybody, who hear of
     * it if that differs.
     */
    public void mayHaveChanged(ServiceName service) {
        changed(service, Set.of());
    }

    private void changed(ServiceName service, Set<String> said) {
        Set<String> fresh = ConcurrentHashMap.newKeySet();
        Set<String> lists = changed.computeIfAbsent(service, first -> fresh);
        lists.addAll(said);
        if (lists == fresh) {
            timers.schedule(DEBOUNCE, () -> {
                Set<String> announced = Objects.requireNonNullElse(changed.remove(service), Set.of());
                refresh(service).whenComplete((learnt, failure) -> {
                    if (failure == null && !announced.isEmpty()) {
                        events.publish(new ListsAnnounced(timers.now(), service, null, announced));
                    }
                });
            });
        }
    }

    /** As {@link #refresh}, for when nobody waits: the outcome stands in the catalog and in the log. */
    public void refreshQuietly(ServiceName service) {
        refresh(service).whenComplete((learnt, failure) -> {});
    }

    /** Notes why the server's tools cannot be used now; null when they can be again. */
    public void noteProblem(ServiceName service, @Nullable String reason) {
        snapshot.server(service).ifPresent(known -> {
            if (!Objects.equals(known.problem(), reason)) {
                publish(known.withProblem(reason));
            }
        });
    }

    private void publish(ServerCatalog server) {
        replace(server.service(), before -> before.with(server));
    }

    private void replace(ServiceName service, UnaryOperator<CatalogSnapshot> change) {
        long before;
        long after;
        synchronized (this) {
            before = snapshot.version();
            snapshot = change.apply(snapshot);
            after = snapshot.version();
        }
        if (after != before) {
            events.publish(new CatalogChanged(timers.now(), service, after));
        }
    }
}
