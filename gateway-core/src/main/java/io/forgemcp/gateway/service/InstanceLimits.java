package io.forgemcp.gateway.service;

/**
 * How many instances a service has.
 *
 * @param min always running
 * @param max never exceeded; with {@link Isolation#SESSION} over stdio the number of sessions served at once
 */
public record InstanceLimits(int min, int max) {
    /** None unless called, then one. */
    public static final InstanceLimits ON_DEMAND = new InstanceLimits(0, 1);

    public InstanceLimits {
        if (min < 0 || max < 1 || min > max) {
            throw new IllegalArgumentException(
                    "Instances need 0 <= min <= max and max >= 1, not " + min + " to " + max);
        }
    }
}
