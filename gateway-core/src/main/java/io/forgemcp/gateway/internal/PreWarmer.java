package io.forgemcp.gateway.internal;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.scaling.ServicePrewarmed;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wakes services before they are called, and waits for nothing. Thread-safe. */
public final class PreWarmer {
    private static final Logger LOG = LoggerFactory.getLogger(PreWarmer.class);
    private static final String SCHEDULE = "schedule";

    private final ServiceManager services;
    private final GatewayMetrics metrics;
    private final EventBus events;
    private final Timers timers;

    public PreWarmer(ServiceManager services, GatewayMetrics metrics, EventBus events, Timers timers) {
        this.services = services;
        this.metrics = metrics;
        this.events = events;
        this.timers = timers;
    }

    /**
     * Wakes a service that sleeps because a call is likely. One that was stopped, has failed or never ran is left alone.
     *
     * @param cause for the metric: {@code prediction} or {@code search}
     * @return whether it sleeps and is woken
     */
    public boolean warm(ServiceName name, String cause) {
        boolean asleep = services.status(name).map(ServiceStatus::asleep).orElse(false);
        if (asleep) {
            CompletionStage<Boolean> unused = wake(name, cause, Duration.ZERO);
        }
        return asleep;
    }

    /**
     * Has a service awake because its schedule says so, also one that was stopped or has failed.
     *
     * @param atLeast how long, from now on, it does not fall asleep for want of calls
     * @return whether trying it again may help; completes when it is awake or has failed, never with a failure
     */
    CompletionStage<Boolean> scheduled(ServiceName name, Duration atLeast) {
        return wake(name, SCHEDULE, atLeast);
    }

    private CompletionStage<Boolean> wake(ServiceName name, String cause, Duration atLeast) {
        boolean running = services.status(name)
                .map(status -> status.state() == ServiceState.RUNNING)
                .orElse(false);
        return services.prewarm(name, "pre-warmed: " + cause, atLeast).handle((status, failure) -> {
            if (failure == null) {
                if (!running) {
                    warmed(name, cause);
                }
                return false;
            }
            GatewayException why = GatewayException.of(failure);
            LOG.warn("event=service_not_prewarmed service={} cause={} reason=\"{}\"", name, cause, why.getMessage());
            publish(name, cause, why.getMessage());
            return why.code() != ErrorCode.UNKNOWN_SERVICE && why.code() != ErrorCode.SHUTTING_DOWN;
        });
    }

    private void warmed(ServiceName name, String cause) {
        metrics.counter(Metric.PREWARMS, name.value(), cause).increment();
        LOG.info("event=service_prewarmed service={} cause={}", name, cause);
        publish(name, cause, null);
    }

    private void publish(ServiceName name, String cause, @Nullable String refusal) {
        events.publish(new ServicePrewarmed(timers.now(), name, cause, refusal));
    }
}
