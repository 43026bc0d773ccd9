package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.service.Resources;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.SleepPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a service at one moment. Measured values only: what is unknown is null, never zero.
 *
 * @param runtime name of the runtime that really runs it; null before the first start
 * @param instances the instances that exist now
 * @param externalId process or container id of its first instance
 * @param port of its first instance, if it listens on one
 * @param resources of one instance, as configured; a ceiling of which nothing is said is the one that the runtime sets, while there is an
 *     instance
 * @param lastAccessed when the last request ended; null if there was none
 * @param inFlight leases held now, without those that yield
 * @param waiting callers that wait for it to be ready
 * @param depth how deeply it sleeps, of several sleeping instances the lightest; null if none sleeps
 * @param wakeCount wakes since the gateway started
 * @param totalSleepTime since the gateway started, a sleep under way included
 * @param cpuPercent of one core, between the last two looks, of all instances together
 * @param memoryBytes resident, of all processes of all instances
 * @param lastWakeTime how long the last wake took, from the command or call to ready
 * @param sleepEfficiency share of the time awake or asleep that it slept, 0 to 1; null before the first start
 * @param stateTransitions since the gateway started
 * @param uptime since the last start or wake; null unless it runs
 * @param asleep whether it fell asleep or was put to sleep; a process that sleeps has ended, so its state is stopped
 * @param nextScheduledWake when its schedule has it awake next; null if it has none
 * @param errorMessage why it is in {@link ServiceState#ERROR}, or why it cannot be used at all
 */
public record ServiceStatus(
        ServiceName name,
        ServiceState state,
        @Nullable String runtime,
        List<InstanceStatus> instances,
        @Nullable String externalId,
        @Nullable Integer port,
        Priority priority,
        String policy,
        @Nullable String category,
        SleepPolicy sleepPolicy,
        Resources resources,
        @Nullable Instant lastAccessed,
        int inFlight,
        int waiting,
        @Nullable SleepDepth depth,
        long wakeCount,
        Duration totalSleepTime,
        @Nullable Double cpuPercent,
        @Nullable Long memoryBytes,
        @Nullable Duration lastWakeTime,
        @Nullable Double sleepEfficiency,
        long stateTransitions,
        @Nullable Duration uptime,
        Instant lastStateChange,
        boolean asleep,
        @Nullable Instant nextScheduledWake,
        @Nullable String errorMessage) {
    public ServiceStatus {
        instances = List.copyOf(instances);
    }

    /** What all instances together may use at most, as {@link #memoryBytes} is what they use; of one where there is none. */
    public Instance.Limits limits() {
        return Instance.Limits.together(
                instances.stream().map(InstanceStatus::limits).toList(),
                new Instance.Limits(resources.memoryBytes(), resources.cpuCores()));
    }

    /** Clients that listen for what it says, and keep it awake with leases that yield to orders. */
    public int listeners() {
        return instances.stream().mapToInt(InstanceStatus::listeners).sum();
    }

    /**
     * One instance.
     *
     * @param state of this instance alone
     * @param externalId process or container id
     * @param port it listens on, if any
     * @param inFlight leases held on it now, without those that yield
     * @param listeners leases that yield to orders, of clients that listen: they only keep it awake
     * @param depth how deeply it sleeps; null if it does not
     * @param limits what it may use at most: as its runtime sets it, or else as configured
     * @param usage what it uses, as its runtime measured it just now; null if it cannot be known
     */
    public record InstanceStatus(
            InstanceId id,
            ServiceState state,
            @Nullable String externalId,
            @Nullable Integer port,
            int inFlight,
            int listeners,
            @Nullable SleepDepth depth,
            @Nullable Double cpuPercent,
            @Nullable Long memoryBytes,
            Instance.Limits limits,
            Instance.@Nullable Usage usage) {}
}
