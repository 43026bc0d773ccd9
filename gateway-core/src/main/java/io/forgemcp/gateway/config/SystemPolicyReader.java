package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.schema.ResourcesFile;
import io.forgemcp.gateway.config.schema.SleepFile;
import io.forgemcp.gateway.lifecycle.EmergencySettings;
import io.forgemcp.gateway.lifecycle.ServiceBudget;
import io.forgemcp.gateway.lifecycle.SleepSettings;
import io.forgemcp.gateway.lifecycle.SystemPolicy;
import java.util.Set;

/** What {@code sleep_settings.yml} and {@code resource-limits.yml} say for all services together. */
final class SystemPolicyReader {
    private SystemPolicyReader() {}

    static SystemPolicy policy(ConfigurationFiles files, SystemLimits limits) {
        return new SystemPolicy(
                sleep(files.sleep().sleepSettings(), files.resourceThresholds()),
                new ServiceBudget(
                        limits.serviceMemory().bytes(),
                        limits.serviceCpuCores(),
                        limits.concurrentServices(),
                        files.resources().scalingConstraints().maxConcurrent()),
                emergency(files.resources().emergency()));
    }

    static SleepSettings sleep(SleepFile.Settings settings, SleepFile.Thresholds thresholds) {
        SleepFile.ResourceMonitoring monitoring = settings.resourceMonitoring();
        SleepFile.Optimization optimization = settings.performanceOptimization();
        return new SleepSettings(
                settings.enabled(),
                settings.maxSleepingServices(),
                settings.systemMemoryThreshold().bytes(),
                settings.sleepCheckInterval(),
                settings.wakeTimeout(),
                new SleepSettings.Monitoring(
                        monitoring.enabled(),
                        monitoring.cpuThreshold().value(),
                        monitoring.memoryThreshold().value(),
                        monitoring.checkInterval()),
                new SleepSettings.Pressure(
                        thresholds.lowMemoryPressure().value(),
                        thresholds.moderateMemoryPressure().value(),
                        thresholds.highMemoryPressure().value(),
                        thresholds.cpuPressureThreshold().value(),
                        thresholds.idleCpuThreshold().value()),
                new SleepSettings.Optimization(
                        optimization.preWarmCriticalServices(),
                        optimization.cacheContainerImages(),
                        optimization.wakePredictionEnabled(),
                        optimization.memoryOptimizationEnabled()));
    }

    private static EmergencySettings emergency(ResourcesFile.Emergency emergency) {
        ResourcesFile.Triggers triggers = emergency.triggers();
        return new EmergencySettings(
                triggers.systemMemoryUsage().value(),
                triggers.systemCpuUsage().value(),
                triggers.diskSpaceUsage().value(),
                triggers.serviceFailureRate().value(),
                emergency.actions().stream()
                        .map(action -> EmergencySettings.Action.valueOf(action.name()))
                        .toList(),
                Set.copyOf(emergency.protectionOrder()));
    }
}
