package io.forgemcp.gateway.config.schema;

import io.forgemcp.gateway.config.read.DataSize;
import io.forgemcp.gateway.config.read.Key;
import io.forgemcp.gateway.config.read.Ratio;
import java.time.Duration;
import java.util.Map;

/** {@code scaling-policies.yml}: how many instances a service has. */
public record ScalingFile(
        @Key("The policies, by name. Five are built in; one of the same name replaces it.")
        Map<String, Policy> policies,

        @Key("The policy of each service; a service that is not named has `default`.")
        Map<String, String> servicePolicies,

        @Key("What holds for all services.") Global globalSettings) {
    /** The name of the file. */
    public static final String NAME = "scaling-policies.yml";

    /** How many instances, and when to change it. */
    public record Policy(
            @Key(value = "Always running and never asleep.", standard = "0")
            int minInstances,

            @Key(value = "Never exceeded.", standard = "1", min = 1)
            int maxInstances,

            @Key(value = "Sleep after this time, for services that say nothing themselves.", standard = "5m")
            Duration idleTimeout,

            @Key(value = "Processor use to aim at.", standard = "0.7")
            Ratio targetCpuUtilization,

            @Key(value = "Memory use to aim at.", standard = "0.8")
            Ratio targetMemoryUtilization,

            @Key(value = "Add an instance when the larger of both uses is above.", standard = "0.8")
            Ratio scaleUpThreshold,

            @Key(value = "Remove an instance when it is below for the cooldown period.", standard = "0.2")
            Ratio scaleDownThreshold) {
        public Policy {
            if (minInstances > maxInstances) {
                throw new IllegalArgumentException("min_instances " + minInstances + " is more than max_instances "
                        + maxInstances + ". Raise max_instances or lower min_instances.");
            }
            if (targetCpuUtilization.value() == 0 || targetMemoryUtilization.value() == 0) {
                throw new IllegalArgumentException("target_cpu_utilization " + targetCpuUtilization
                        + " and target_memory_utilization " + targetMemoryUtilization + " must be above 0.");
            }
            if (scaleDownThreshold.value() >= scaleUpThreshold.value()) {
                throw new IllegalArgumentException("scale_down_threshold " + scaleDownThreshold
                        + " must be below scale_up_threshold " + scaleUpThreshold + ".");
            }
        }
    }

    /** What holds for all services. */
    public record Global(
            @Key(value = "Time between two scaling decisions.", standard = "30s", min = 1)
            Duration scalingInterval,

            @Key(value = "How long load must be low before an instance is removed.", standard = "60s")
            Duration cooldownPeriod,

            @Key(value = "Most services awake at once.", standard = "10", min = 1)
            int maxConcurrentServices,

            @Key("What all services together may use; resource-limits.yml comes first.")
            SystemLimits systemLimits,

            @Key("What is measured for scaling.") Measuring metrics) {}

    /** What all services together may use. */
    public record SystemLimits(
            @Key(value = "Memory, in GB.", standard = "8", unit = "GB")
            DataSize maxMemoryGb,

            @Key(value = "Processor cores.", standard = "4") double maxCpuCores) {}

    /** What is measured for scaling. */
    public record Measuring(
            @Key(value = "Whether use is measured.", standard = "true")
            boolean enabled,

            @Key(value = "How long measurements are kept.", standard = "24h")
            Duration retentionPeriod,

            @Key(value = "Time between two measurements.", standard = "10s", min = 1)
            Duration collectionInterval) {}
}
