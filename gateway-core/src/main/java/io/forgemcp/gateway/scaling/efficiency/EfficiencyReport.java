package io.forgemcp.gateway.scaling.efficiency;

import io.forgemcp.gateway.service.ServiceName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What services used over the time that is looked back on, and what they would have used had none of them ever slept.
 * Measured values only; what is unknown is null.
 *
 * @param window how far it looks back
 * @param services those that were measured awake or asleep
 * @param total all services that are known awake, taken together
 * @param wakes quantiles by priority
 */
public record EfficiencyReport(Duration window, List<Service> services, Total total, Map<String, Quantiles> wakes) {
    public EfficiencyReport {
        services = List.copyOf(services);
        wakes = Map.copyOf(wakes);
    }

    /**
     * One service.
     *
     * @param awake how long an instance of it ran
     * @param asleep how long it slept, whatever the depth, after it had run; time in error or stopped by command is neither
     * @param memoryAwakeBytes mean over the time awake
     * @param memoryAsleepBytes mean over the time asleep
     * @param memoryMeanBytes mean over both
     * @param cpuAwake cores, mean over the time awake
     * @param cpuAsleep cores, mean over the time asleep
     * @param memorySaved share of what it would have used had it never slept, from 0 to 1; negative if it used more
     * @param wakes null if it never woke
     */
    public record Service(
            ServiceName name,
            Duration awake,
            Duration asleep,
            @Nullable Double memoryAwakeBytes,
            @Nullable Double memoryAsleepBytes,
            @Nullable Double memoryMeanBytes,
            @Nullable Double cpuAwake,
            @Nullable Double cpuAsleep,
            @Nullable Double memorySaved,
            @Nullable Quantiles wakes) {}

    /**
     * All services of which both means are known.
     *
     * @param services how many those are
     * @param memoryMeanBytes the sum of their means
     * @param memoryBaselineBytes the sum of their means awake: what they would use if none slept
     * @param memorySaved share of the baseline, from 0 to 1
     */
    public record Total(
            int services,
            @Nullable Double memoryMeanBytes,
            @Nullable Double memoryBaselineBytes,
            @Nullable Double memorySaved,
            @Nullable Double cpuMean,
            @Nullable Double cpuBaseline) {}

    /**
     * Wake times.
     *
     * @param count of the wakes that it rests on
     */
    public record Quantiles(int count, double p50Seconds, double p95Seconds) {}
}
