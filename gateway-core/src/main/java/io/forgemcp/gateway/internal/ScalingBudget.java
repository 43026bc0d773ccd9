package io.forgemcp.gateway.internal;

import io.forgemcp.gateway.lifecycle.ServiceLoad;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.lifecycle.ServiceStatus.InstanceStatus;
import io.forgemcp.gateway.scaling.ScalingSettings;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How many more instances all services together may have, from what they were measured to use in one pass. Takes off what
 * earlier decisions of the same pass were given. Not thread-safe.
 */
final class ScalingBudget {
    private static final double MEBI = 1024 * 1024;

    private final ScalingSettings.Limits limits;
    private int instances;
    private double memory;
    private double cores;

    ScalingBudget(ScalingSettings.Limits limits, Collection<ServiceLoad> loads) {
        this.limits = limits;
        for (ServiceLoad load : loads) {
            instances += load.awake() + load.starting();
            memory += sum(load.instances(), InstanceStatus::memoryBytes);
            cores += sum(load.instances(), InstanceStatus::cpuPercent) / 100;
        }
    }

    /**
     * How many of the wanted new instances fit, and what the first that does not would exceed.
     *
     * @param reason null if all fit
     */
    record Grant(int instances, @Nullable String reason) {}

    Grant grant(ServiceDefinition service, ServiceLoad load, int wanted) {
        double memoryEach =
                each(load, InstanceStatus::memoryBytes, service.resources().memoryReservationBytes());
        double coresEach = each(load, InstanceStatus::cpuPercent, null) / 100;
        for (int granted = 0; granted < wanted; granted++) {
            String exceeded = exceeded(memoryEach, coresEach);
            if (exceeded != null) {
                return new Grant(granted, exceeded);
            }
            instances++;
            memory += memoryEach;
            cores += coresEach;
        }
        return new Grant(wanted, null);
    }

    private @Nullable String exceeded(double memoryEach, double coresEach) {
        if (limits.instances() != null && instances + 1 > limits.instances()) {
            return "max_concurrent_services " + limits.instances() + " is reached by all services together";
        }
        if (limits.memoryBytes() != null && memory + memoryEach > limits.memoryBytes()) {
            return String.format(
                    java.util.Locale.ROOT,
                    "all services use %.0f MB of the %.0f MB that they may, and one more needs about %.0f MB",
                    memory / MEBI,
                    limits.memoryBytes() / MEBI,
                    memoryEach / MEBI);
        }
        if (limits.cpuCores() != null && cores + coresEach > limits.cpuCores()) {
            return String.format(
                    java.util.Locale.ROOT,
                    "all services use %.2f of the %.2f cores that they may, and one more needs about %.2f",
                    cores,
                    limits.cpuCores(),
                    coresEach);
        }
        return null;
    }

    /** What one more instance will use: as much as those that run do on average. */
    private static double each(
            ServiceLoad load, Function<InstanceStatus, @Nullable Number> use, @Nullable Number otherwise) {
        List<InstanceStatus> running = load.instances().stream()
                .filter(instance -> instance.state() == ServiceState.RUNNING && use.apply(instance) != null)
                .toList();
        if (running.isEmpty()) {
            return otherwise == null ? 0 : otherwise.doubleValue();
        }
        return sum(running, use) / running.size();
    }

    private static double sum(List<InstanceStatus> instances, Function<InstanceStatus, @Nullable Number> use) {
        return instances.stream()
                .map(use)
                .filter(Objects::nonNull)
                .mapToDouble(Number::doubleValue)
                .sum();
    }
}
