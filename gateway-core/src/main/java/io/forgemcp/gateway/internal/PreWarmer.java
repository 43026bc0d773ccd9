package io.forgemcp.gateway.internal;

import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.service.ServiceName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes services that sleep because a call is likely, and waits for nothing. A service that was stopped, has failed or never
 * ran is left alone. Thread-safe.
 */
public final class PreWarmer {
    private static final Logger LOG = LoggerFactory.getLogger(PreWarmer.class);

    private final ServiceManager services;
    private final GatewayMetrics metrics;

    public PreWarmer(ServiceManager services, GatewayMetrics metrics) {
        this.services = services;
        this.metrics = metrics;
    }

    /**
     * @param cause for the metric: {@code prediction} or {@code search}
     * @return whether it sleeps and is woken
     */
    public boolean warm(ServiceName name, String cause) {
        boolean asleep = services.status(name).map(ServiceStatus::asleep).orElse(false);
        if (asleep) {
            metrics.counter(Metric.PREWARMS, name.value(), cause).increment();
            LOG.info("event=service_prewarmed service={} cause={}", name, cause);
            services.wakeRequest(name);
        }
        return asleep;
    }
}
