package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.schema.ScalingFile;
import io.forgemcp.gateway.scaling.ScalingSettings;
import io.forgemcp.gateway.scaling.ThresholdScalingPolicy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Makes settings of {@code scaling-policies.yml} and of the limits that the files agreed on. */
final class ScalingReader {
    private ScalingReader() {}

    static ScalingSettings settings(ScalingFile file, SystemLimits limits) {
        ScalingFile.Global global = file.globalSettings();
        Map<String, ThresholdScalingPolicy.Settings> policies = new HashMap<>();
        BuiltIn.POLICIES.forEach((name, policy) -> policies.put(name, thresholds(policy, limits.cooldown())));
        file.policies().forEach((name, policy) -> policies.put(name, thresholds(policy, limits.cooldown())));
        return new ScalingSettings(
                global.scalingInterval(),
                global.metrics().enabled(),
                global.metrics().collectionInterval(),
                global.metrics().retentionPeriod(),
                limits.cooldown(),
                new ScalingSettings.Limits(
                        limits.concurrentServices(), limits.serviceMemory().bytes(), limits.serviceCpuCores()),
                policies);
    }

    private static ThresholdScalingPolicy.Settings thresholds(ScalingFile.Policy policy, Duration cooldown) {
        ThresholdScalingPolicy.Settings standard = ThresholdScalingPolicy.Settings.DEFAULT;
        return new ThresholdScalingPolicy.Settings(
                policy.targetCpuUtilization().value(),
                policy.targetMemoryUtilization().value(),
                policy.scaleUpThreshold().value(),
                policy.scaleDownThreshold().value(),
                cooldown,
                standard.callsPerInstance());
    }
}
