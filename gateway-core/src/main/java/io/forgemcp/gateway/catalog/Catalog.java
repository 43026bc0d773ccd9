package io.forgemcp.gateway.catalog;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.lifecycle.InstancesTaken;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.lifecycle.ServiceState;
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

    private final Newcomers newcomers;

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
        this.newcomers = new Newcomers(this::learnAndLeave, this::refresh, timers);
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
        newcomers.forget(service);
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
                // One that was stopped, or serves others, has no problem: its tools can be called.
                if (!(reason instanceof InstancesTaken) && !services.isStoppedByOrder(name)) {
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

    /**
     * Has a server asked of which nothing is known yet, for somebody's list, as {@link #refresh} does: once, and after a failure
     * not again for a while. Nothing is done for one that cannot be started.
     *
     * @param oneOfMany whether it waits for its turn among others and goes back to sleep when it has answered; one that is
     *     being asked already is not waited for twice
     * @return done when a list need not wait for it any longer, 10 seconds from now at most, and is to be looked at again; null
     *     if it need not wait, because the server has failed before or is slow
     */
    public @Nullable CompletableFuture<Void> learnFirst(ServiceName service, boolean oneOfMany) {
        boolean usable = services.definition(service)
                .filter(definition -> definition.unavailable() == null)
                .isPresent();
        if (!usable) {
            return null;
        }
        if (snapshot.server(service).filter(ServerCatalog::isLearnt).isPresent()) {
            // Since the asker looked.
            return CompletableFuture.completedFuture(null);
        }
        return oneOfMany && !learning.containsKey(service) ? newcomers.learnInTurn(service) : newcomers.learn(service);
    }

    /** One that was started only to be asked does not stay awake: nobody has called it. */
    private CompletionStage<ServerCatalog> learnAndLeave(ServiceName name) {
        boolean wasStopped = services.status(name)
                .filter(status -> status.state() == ServiceState.STOPPED)
                .isPresent();
        return refresh(name).whenComplete((learnt, failure) -> {
            if (wasStopped && services.sleepSettings().enabled()) {
                services.definition(name)
                        .filter(service ->
                                service.sleepable() && service.sleepPolicy().enabled())
                        .filter(service -> service.instances().min() == 0)
                        .ifPresent(service -> services.sleep(name, Force.YES));
            }
        });
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
