package io.forgemcp.gateway.lifecycle;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How sleeping works for all services of a gateway; may be replaced while it runs ({@link
 * ServiceManager#sleepSettings(SleepSettings)}). What holds for one service stands in its {@link
 * io.forgemcp.gateway.service.SleepPolicy}.
 *
 * @param enabled whether any service sleeps on its own
 * @param maxSleeping beyond this number the service that is longest asleep is stopped
 * @param memoryThresholdBytes memory of all services together beyond which they are put to sleep early; null for none
 * @param checkInterval time between two looks at what is to be put to sleep or stopped
 * @param wakeTimeout how long a call waits for its service
 * @param monitoring when measured use leads to sleep
 * @param pressure when memory or processor counts as scarce
 * @param optimization what makes waking faster and sleeping cheaper
 */
public record SleepSettings(
        boolean enabled,
        int maxSleeping,
        @Nullable Long memoryThresholdBytes,
        Duration checkInterval,
        Duration wakeTimeout,
        Monitoring monitoring,
        Pressure pressure,
        Optimization optimization) {
    /** What holds where nothing is said: no service is stopped because others sleep, a minute to wake. */
    public static final SleepSettings DEFAULT = new SleepSettings(
            true,
            Integer.MAX_VALUE,
            null,
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            new Monitoring(true, 0.8, 0.85, Duration.ofSeconds(60)),
            new Pressure(0.5, 0.75, 0.9, 0.8, 0.1),
            new Optimization(false, true, true, true));

    public SleepSettings {
        if (maxSleeping < 0) {
            throw new IllegalArgumentException("max_sleeping_services is not negative, but is " + maxSleeping);
        }
        requirePositive("sleep_check_interval", checkInterval);
        requirePositive("wake_timeout", wakeTimeout);
    }

    public SleepSettings withWakeTimeout(Duration value) {
        return new SleepSettings(
                enabled, maxSleeping, memoryThresholdBytes, checkInterval, value, monitoring, pressure, optimization);
    }

    /**
     * When measured use leads to sleep.
     *
     * @param enabled whether use is watched at all
     * @param cpuThreshold share of the processors in use that counts as moderate pressure
     * @param memoryThreshold share of the memory in use that counts as moderate pressure
     * @param interval time between two measurements
     */
    public record Monitoring(boolean enabled, double cpuThreshold, double memoryThreshold, Duration interval) {
        public Monitoring {
            requireShare("cpu_threshold", cpuThreshold);
            requireShare("memory_threshold", memoryThreshold);
            requirePositive("check_interval", interval);
        }
    }

    /**
     * When memory or processor counts as scarce, as shares of the whole.
     *
     * @param low memory from which on sleeping services go as deep as they may; below it pressure is over
     * @param moderate memory from which on idle services of low priority are put to sleep
     * @param high memory from which on idle services of normal and high priority are put to sleep too
     * @param cpu processor use that counts as moderate pressure
     * @param idleCpu processor use, in cores, above which a service that nobody calls still counts as busy
     */
    public record Pressure(double low, double moderate, double high, double cpu, double idleCpu) {
        public Pressure {
            requireShare("cpu_pressure_threshold", cpu);
            requireShare("idle_cpu_threshold", idleCpu);
            if (!(low >= 0 && low <= moderate && moderate <= high && high <= 1)) {
                throw new IllegalArgumentException("The pressure levels must rise from 0 to 1: low " + low
                        + ", moderate " + moderate + ", high " + high);
            }
        }
    }

    /**
     * What makes waking faster and sleeping cheaper.
     *
     * @param preWarmCritical whether critical services are started with the gateway
     * @param cacheImages whether images are fetched before they are needed
     * @param prediction whether services that are likely to be called soon are woken
     * @param memory whether sleeping services give memory back, where the host allows it
     */
    public record Optimization(boolean preWarmCritical, boolean cacheImages, boolean prediction, boolean memory) {}

    private static void requireShare(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " is a share from 0 to 1, not " + value);
        }
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be longer than nothing, not " + value);
        }
    }
}
