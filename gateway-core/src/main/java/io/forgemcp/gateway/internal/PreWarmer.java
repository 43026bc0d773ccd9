package io.forgemcp.gateway.internal;

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
            warmed(name, cause);
            services.wakeRequest(name, reason(cause));
        }
        return asleep;
    }

    /**
     * Has a service awake because its schedule says so, also one that was stopped or has failed.
     *
     * @param atLeast how long, from now on, it does not fall asleep for want of calls
     */
    void scheduled(ServiceName name, Duration atLeast) {
        boolean running = services.status(name)
                .map(status -> status.state() == ServiceState.RUNNING)
                .orElse(false);
        if (!running) {
            warmed(name, SCHEDULE);
        }
        services.prewarm(name, reason(SCHEDULE), atLeast).whenComplete((status, failure) -> {
            if (failure != null) {
                String why = String.valueOf(GatewayException.of(failure).getMessage());
                LOG.warn("event=service_not_prewarmed service={} cause={} reason=\"{}\"", name, SCHEDULE, why);
                publish(name, SCHEDULE, why);
            }
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

    private static String reason(String cause) {
        return "pre-warmed: " + cause;
    }
}
