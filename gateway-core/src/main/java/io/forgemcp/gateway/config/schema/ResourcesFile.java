package io.forgemcp.gateway.config.schema;

import io.forgemcp.gateway.config.read.DataSize;
import io.forgemcp.gateway.config.read.Key;
import io.forgemcp.gateway.config.read.Ratio;
import io.forgemcp.gateway.service.Priority;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code resource-limits.yml}: what services may use, each by its category and all together. */
public record ResourcesFile(
        @Key("What everything together may use.") SystemLimits systemLimits,

        @Key("The ceiling of each category. Four are built in; one of the same name replaces it.")
        Map<String, Category> serviceLimits,

        @Key("The category of each service; a service that is not named has no ceiling.")
        Map<String, String> serviceCategories,

        @Key("When scaling is held back.") Constraints scalingConstraints,
        @Key("How use is watched.") Watching monitoring,
        @Key("Who comes first.") Quality qos,
        @Key("What happens when resources run out.") Emergency emergency,
        @Key("What the efficiency reports compare with.") Targets efficiencyTargets) {
    /** The name of the file. */
    public static final String NAME = "resource-limits.yml";

    /** What everything together may use. */
    public record SystemLimits(
            @Key(value = "Memory of everything, in GB.", standard = "8", unit = "GB")
            DataSize maxMemoryGb,

            @Key(value = "Processor cores of everything.", standard = "4")
            double maxCpuCores,

            @Key(value = "Most services awake at once.", standard = "10", min = 1)
            int maxTotalServices,

            @Key("Set aside for the gateway itself.") Reservation coreServicesReservation,

            @Key("What is left for services; without it, the difference of the two above.") @Nullable
            Budget availableForDynamic) {}

    /** Set aside for the gateway itself. */
    public record Reservation(
            @Key(value = "Memory, in GB.", standard = "1.5", unit = "GB")
            DataSize memoryGb,

            @Key(value = "Processor cores.", standard = "1") double cpuCores) {}

    /** What is left for services. */
    public record Budget(
            @Key(value = "Memory, in GB.", standard = "6.5", unit = "GB")
            DataSize memoryGb,

            @Key(value = "Processor cores.", standard = "3") double cpuCores) {}

    /** The ceiling of a category. */
    public record Category(
            @Key(value = "Memory, in MB.", unit = "MB") DataSize maxMemoryMb,
            @Key("Processor cores.") double maxCpuCores,
            @Key(value = "Processes and threads.", min = 1) int maxPids,

            @Key(value = "Memory and swap together, in MB.", unit = "MB")
            DataSize memorySwapMb) {
        public Category {
            if (memorySwapMb.bytes() < maxMemoryMb.bytes()) {
                throw new IllegalArgumentException("memory_swap_mb counts memory and swap together: " + memorySwapMb
                        + " is less than max_memory_mb " + maxMemoryMb + ".");
            }
        }
    }

    /** When scaling is held back. */
    public record Constraints(
            @Key("Most services awake at once, by category.")
            Map<String, Integer> maxConcurrent,

            @Key("When use is reported.") Utilization utilizationThresholds,

            @Key("When the number of instances changes; scaling-policies.yml comes first.")
            AutoScale autoScale) {}

    /** When use is reported. */
    public record Utilization(
            @Key(value = "Memory: warn.", standard = "0.75") Ratio memoryWarning,

            @Key(value = "Memory: critical.", standard = "0.85")
            Ratio memoryCritical,

            @Key(value = "Processor: warn.", standard = "0.75")
            Ratio cpuWarning,

            @Key(value = "Processor: critical.", standard = "0.85")
            Ratio cpuCritical) {}

    /** When the number of instances changes. */
    public record AutoScale(
            @Key(value = "Memory use that adds an instance.", standard = "0.8")
            Ratio scaleUpMemoryThreshold,

            @Key(value = "Processor use that adds an instance.", standard = "0.8")
            Ratio scaleUpCpuThreshold,

            @Key(value = "Memory use that removes an instance.", standard = "0.25")
            Ratio scaleDownMemoryThreshold,

            @Key(value = "Processor use that removes an instance.", standard = "0.25")
            Ratio scaleDownCpuThreshold,

            @Key(value = "How long load must be low before an instance is removed.", standard = "60s")
            Duration cooldownPeriod) {}

    /** How use is watched. */
    public record Watching(
            @Key(value = "Time between two measurements.", standard = "10s", min = 1)
            Duration collectionInterval,

            @Key(value = "How long measurements are kept.", standard = "24h")
            Duration retentionPeriod,

            @Key("What raises an alert.") Alerts alerts,
            @Key("How use is reported.") Reporting reporting) {}

    /** What raises an alert. */
    public record Alerts(
            @Key(value = "Part of a service's memory in use.", standard = "0.75")
            Ratio highMemoryUsage,

            @Key(value = "Part of a service's processor share in use.", standard = "0.75")
            Ratio highCpuUsage,

            @Key(value = "Part of the calls that failed.", standard = "0.05")
            Ratio serviceFailureRate,

            @Key(value = "95th percentile of the response times.", standard = "3s", unit = "ms")
            Duration responseTimeP95Ms,

            @Key(value = "95th percentile of the wake times.", standard = "300ms", unit = "ms")
            Duration wakeTimeP95Ms) {}

    /** How use is reported. */
    public record Reporting(
            @Key(value = "Time between two reports.", standard = "3m", min = 1)
            Duration interval,

            @Key(value = "Whether reports name every service.", standard = "true")
            boolean enableDetailedLogs,

            @Key(value = "Whether savings are reported.", standard = "true")
            boolean enableResourceEfficiencyMetrics,

            @Key(value = "Whether sleeps and wakes are reported.", standard = "true")
            boolean enableSleepWakeMetrics) {}

    /** Who comes first. */
    public record Quality(
            @Key("The rank of each priority, 1 first; the order is fixed.")
            Map<String, Integer> priorities,

            @Key("The priority of each service, if neither services.yml nor wake_priorities says it.")
            Map<String, Priority> servicePriorities) {}

    /** What happens when resources run out. */
    public record Emergency(
            @Key("From where on.") Triggers triggers,
            @Key("What is done, in this order.") List<Action> actions,
            @Key("Who is spared, most important first.") List<String> protectionOrder) {}

    /** From where on. */
    public record Triggers(
            @Key(value = "Part of the system's memory in use.", standard = "0.9")
            Ratio systemMemoryUsage,

            @Key(value = "Part of the system's processors in use.", standard = "0.9")
            Ratio systemCpuUsage,

            @Key(value = "Part of the disk in use.", standard = "0.85")
            Ratio diskSpaceUsage,

            @Key(value = "Part of the calls that failed.", standard = "0.15")
            Ratio serviceFailureRate) {}

    /** What is done when resources run out. */
    public enum Action {
        STOP_NON_CRITICAL_SERVICES,
        FORCE_SLEEP_ALL_SERVICES,
        REDUCE_SERVICE_LIMITS,
        ENABLE_AGGRESSIVE_GC,
        INCREASE_SLEEP_FREQUENCY
    }

    /** What the efficiency reports compare with. */
    public record Targets(
            @Key("Memory saved.") Reduction memoryReduction,
            @Key("Processor time saved.") Reduction cpuReduction,
            @Key("Wake times, in seconds.") WakeTimes wakeTimeTargets,
            @Key("Services on one machine.") Density serviceDensity,
            @Key("Costs saved.") Costs costReduction) {}

    /** A saving. */
    public record Reduction(
            @Key(value = "Of sleeping services.", standard = "0.7")
            Ratio sleepingServices,

            @Key(value = "Of browser services.", standard = "0.5")
            Ratio browserServices,

            @Key(value = "Of everything.", standard = "0.6") Ratio overallSystem) {}

    /** Wake times by priority. */
    public record WakeTimes(
            @Key(value = "Critical.", standard = "50ms") Duration criticalPriority,
            @Key(value = "High.", standard = "100ms") Duration highPriority,
            @Key(value = "Normal.", standard = "200ms") Duration normalPriority,
            @Key(value = "Low.", standard = "500ms") Duration lowPriority) {}

    /** Services on one machine. */
    public record Density(
            @Key(value = "Services for each GB of memory.", standard = "5")
            double servicesPerGbMemory,

            @Key(value = "Services for each processor core.", standard = "10")
            double servicesPerCpuCore,

            @Key(value = "Times as many as without sleeping.", standard = "3")
            double overallDensityImprovement) {}

    /** Costs saved. */
    public record Costs(
            @Key(value = "Infrastructure.", standard = "0.5")
            Ratio infrastructureCost,

            @Key(value = "Unused resources.", standard = "0.2")
            Ratio resourceWaste,

            @Key(value = "Work of operators.", standard = "0.1")
            Ratio operationalOverhead) {}
}
