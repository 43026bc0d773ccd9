package io.forgemcp.gateway.lifecycle;

import org.jspecify.annotations.Nullable;

/** How busy the machine is. Thread-safe. */
@FunctionalInterface
public interface SystemLoad {
    /** Looks now; may block shortly. What cannot be found out is null. */
    Reading read();

    /**
     * Shares of the whole, from 0 to 1; null is what is not known.
     *
     * @param memory memory that programs could not have
     * @param cpu processors in use since the look before
     * @param disk of the disk with the gateway's data
     */
    record Reading(
            @Nullable Double memory,
            @Nullable Double cpu,
            @Nullable Double disk) {
        /** Nothing is known. */
        public static final Reading UNKNOWN = new Reading(null, null, null);
    }
}
