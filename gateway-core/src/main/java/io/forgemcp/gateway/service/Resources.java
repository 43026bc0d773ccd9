package io.forgemcp.gateway.service;

import org.jspecify.annotations.Nullable;

/**
 * What a service may use; null where nothing is said.
 *
 * @param memoryBytes ceiling
 * @param cpuCores ceiling, in cores
 * @param memoryReservationBytes what is set aside for it
 * @param cpuReservationCores what is set aside for it, in cores
 * @param swapBytes memory and swap together, as Docker counts them
 * @param maxPids most processes and threads
 */
public record Resources(
        @Nullable Long memoryBytes,
        @Nullable Double cpuCores,
        @Nullable Long memoryReservationBytes,
        @Nullable Double cpuReservationCores,
        @Nullable Long swapBytes,
        @Nullable Integer maxPids) {
    /** Nothing said. */
    public static final Resources UNLIMITED = new Resources(null, null, null, null, null, null);

    /** What it counts for as long as nothing is measured: what is set aside for it, else its ceiling, else zero. */
    public long expectedMemoryBytes() {
        return memoryReservationBytes != null ? memoryReservationBytes : memoryBytes != null ? memoryBytes : 0;
    }
}
