package io.forgemcp.gateway.internal;

import io.forgemcp.gateway.catalog.Catalog;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.event.GatewayEvent;
import io.forgemcp.gateway.lifecycle.InstanceEnded;
import io.forgemcp.gateway.lifecycle.InstancesTaken;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.lifecycle.ServiceStateChanged;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.upstream.Upstreams;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the catalog true while services come and go: a server that has just started is asked what it offers, one that
 * cannot be reached loses its tools until it can again, and sessions on an instance end with it. Thread-safe.
 */
public final class CatalogKeeper implements AutoCloseable {
    private static final Duration FIRST_RETRY = Duration.ofSeconds(2);
    private static final Duration LAST_RETRY = Duration.ofMinutes(5);

    private final ServiceManager services;
    private final Catalog catalog;
    private final Upstreams upstreams;
    private final Timers timers;
    private final EventBus.Subscription subscription;
    private final Map<ServiceName, Timers.Cancellable> retries = new ConcurrentHashMap<>();

    public CatalogKeeper(
            ServiceManager services, Catalog catalog, Upstreams upstreams, Timers timers, EventBus events) {
        this.services = services;
        this.catalog = catalog;
        this.upstreams = upstreams;
        this.timers = timers;
        this.subscription = events.subscribe(this::heard);
    }

    private void heard(GatewayEvent event) {
        if (event instanceof InstanceEnded ended) {
            upstreams.closeInstance(ended.instance(), ended.reason());
        } else if (event instanceof ServiceStateChanged change) {
            stateChanged(change);
        }
    }

    private void stateChanged(ServiceStateChanged change) {
        if (change.from() == ServiceState.STARTING && change.to() == ServiceState.RUNNING) {
            learn(change.service(), FIRST_RETRY);
        } else if (change.to() == ServiceState.SLEEPING) {
            // A server closes idle connections while it cannot be heard: the first request after the wake would break.
            upstreams.evictConnections(change.service());
        }
    }

    /** A call found that the service cannot be started or reached. */
    public void unreachable(ServiceName service, GatewayException failure) {
        if (failure instanceof InstancesTaken || services.isStoppedByOrder(service)) {
            return;
        }
        catalog.noteProblem(service, failure.getMessage());
        services.noteReachability(service, failure.getMessage());
        retry(service, FIRST_RETRY);
    }

    /** Asks the server what it offers, and again later if that fails, less and less often. */
    public void learn(ServiceName service, Duration retryAfter) {
        catalog.refresh(service).whenComplete((learnt, failure) -> {
            // One that serves others is reachable, and is asked again when it next starts.
            boolean there = failure == null || GatewayException.of(failure) instanceof InstancesTaken;
            if (!there && services.isStoppedByOrder(service)) {
                // Nothing is wrong with it. Whoever calls it starts it, and then it is asked again.
                return;
            }
            services.noteReachability(service, there ? null : reason(failure));
            if (there) {
                cancel(retries.remove(service));
            } else if (worthRetrying(service)) {
                retry(service, retryAfter);
            }
        });
    }

    /** As {@link #learn(ServiceName, Duration)}, beginning with the shortest wait. */
    public void learn(ServiceName service) {
        learn(service, FIRST_RETRY);
    }

    private void retry(ServiceName service, Duration after) {
        retries.computeIfAbsent(
                service,
                name -> timers.schedule(after, () -> {
                    retries.remove(service);
                    if (services.isStoppedByOrder(service)) {
                        return;
                    }
                    Duration next = after.multipliedBy(2);
                    learn(service, next.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : next);
                }));
    }

    /** What nobody has ever used and nobody asked to be started is left alone. */
    private boolean worthRetrying(ServiceName service) {
        return services.definition(service)
                .filter(definition -> definition.unavailable() == null)
                .filter(definition -> startsByItself(definition) || wasLearnt(service))
                .isPresent();
    }

    private boolean wasLearnt(ServiceName service) {
        return catalog.snapshot()
                .server(service)
                .filter(known -> known.isLearnt())
                .isPresent();
    }

    /** Whether the service is there, or should be, without anybody calling it. */
    public static boolean startsByItself(ServiceDefinition service) {
        return service.autoStart()
                || service.instances().min() > 0
                || service.runtime() == RuntimeChoice.REMOTE
                || service.runtime() == RuntimeChoice.JAVA;
    }

    private static String reason(Throwable failure) {
        return String.valueOf(GatewayException.of(failure).getMessage());
    }

    private static void cancel(Timers.@Nullable Cancellable retry) {
        if (retry != null) {
            retry.cancel();
        }
    }

    @Override
    public void close() {
        subscription.close();
        retries.values().forEach(Timers.Cancellable::cancel);
        retries.clear();
    }
}
