package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.DataSize;
import java.time.Duration;

/**
 * What holds for all services together, after the files that disagree have been reconciled.
 *
 * @param memory of the gateway and all services
 * @param cpuCores of the gateway and all services
 * @param serviceMemory what is left of the memory for services
 * @param serviceCpuCores what is left of the processor cores for services
 * @param concurrentServices most services awake at once
 * @param cooldown how long load must be low before an instance is removed
 */
public record SystemLimits(
        DataSize memory,
        double cpuCores,
        DataSize serviceMemory,
        double serviceCpuCores,
        int concurrentServices,
        Duration cooldown) {}
