package io.forgemcp.gateway.internal;

import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.scaling.LoadSample;
import io.forgemcp.gateway.scaling.ScalingDecision;
import io.forgemcp.gateway.scaling.ScalingInputs;
import io.forgemcp.gateway.scaling.ScalingPolicy;
import io.forgemcp.gateway.service.InstanceLimits;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Asks the scaling policy about every service as it is now. Thread-safe. */
public final class ScalingAdvice {
    private final ServiceManager services;
    private final ScalingPolicy policy;
    private final Timers timers;

    public ScalingAdvice(ServiceManager services, ScalingPolicy policy, Timers timers) {
        this.services = services;
        this.policy = policy;
        this.timers = timers;
    }

    /** What the policy would do, with its reason, within the limits of each service. */
    public Map<ServiceName, ScalingDecision> decisions() {
        Map<ServiceName, ScalingDecision> decisions = new TreeMap<>();
        for (ServiceStatus status : services.statuses()) {
            services.definition(status.name())
                    .ifPresent(service -> decisions.put(status.name(), decide(service, status)));
        }
        return decisions;
    }

    private ScalingDecision decide(ServiceDefinition service, ServiceStatus status) {
        Instant now = timers.now();
        int awake = (int) status.instances().stream()
                .filter(instance -> instance.state() == ServiceState.RUNNING)
                .count();
        LoadSample load = new LoadSample(
                now, cpuShare(service, status, awake), memoryShare(service, status, awake), status.inFlight(), 0);
        ScalingDecision wanted =
                policy.decide(new ScalingInputs(service.name(), service.instances(), awake, now, List.of(load)));
        InstanceLimits limits = service.instances();
        int within = Math.max(limits.min(), Math.min(limits.max(), wanted.instances()));
        return within == wanted.instances()
                ? wanted
                : new ScalingDecision(
                        within,
                        wanted.reason() + "; brought from " + wanted.instances() + " inside the limits " + limits.min()
                                + " to " + limits.max());
    }

    private static @Nullable Double cpuShare(ServiceDefinition service, ServiceStatus status, int instances) {
        Double ceiling = service.resources().cpuCores();
        Double percent = status.cpuPercent();
        return ceiling == null || percent == null || instances == 0 ? null : percent / 100 / ceiling / instances;
    }

    private static @Nullable Double memoryShare(ServiceDefinition service, ServiceStatus status, int instances) {
        Long ceiling = service.resources().memoryBytes();
        Long bytes = status.memoryBytes();
        return ceiling == null || bytes == null || instances == 0 ? null : (double) bytes / ceiling / instances;
    }
}
