package io.forgemcp.gateway.scaling;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the number of instances is decided.
 *
 * @param interval time between two decisions
 * @param measuring whether load is measured at all; without it only the least number of instances is kept up
 * @param collectionInterval time between two measurements
 * @param retention how long measurements are kept
 * @param cooldown least time between a change and the next removal of an instance
 * @param limits of all services together
 * @param policies thresholds by the name of the policy; a service whose policy is not here has {@link
 *     ThresholdScalingPolicy.Settings#DEFAULT}
 */
public record ScalingSettings(
        Duration interval,
        boolean measuring,
        Duration collectionInterval,
        Duration retention,
        Duration cooldown,
        Limits limits,
        Map<String, ThresholdScalingPolicy.Settings> policies) {
    public static final ScalingSettings DEFAULT = new ScalingSettings(
            Duration.ofSeconds(30),
            true,
            Duration.ofSeconds(10),
            Duration.ofHours(24),
            Duration.ofSeconds(60),
            Limits.NONE,
            Map.of());

    public ScalingSettings {
        if (interval.isNegative()
                || interval.isZero()
                || collectionInterval.isNegative()
                || collectionInterval.isZero()
                || cooldown.isNegative()) {
            throw new IllegalArgumentException(
                    "The intervals are longer than nothing and the cooldown is not negative");
        }
        policies = Map.copyOf(policies);
    }

    /**
     * What adding instances must not exceed. Null is no limit.
     *
     * @param instances awake at once, of all services
     * @param memoryBytes that all services use
     * @param cpuCores that all services use
     */
    public record Limits(
            @Nullable Integer instances,
            @Nullable Long memoryBytes,
            @Nullable Double cpuCores) {
        public static final Limits NONE = new Limits(null, null, null);
    }
}
