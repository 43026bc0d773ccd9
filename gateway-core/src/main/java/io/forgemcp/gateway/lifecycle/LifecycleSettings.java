package io.forgemcp.gateway.lifecycle;

import java.time.Duration;

/**
 * What holds for every service.
 *
 * @param concurrentStarts how many cold starts run at once; more only slow one another down
 * @param concurrentWakes how many sleeping instances are woken at once
 * @param queueLimit how many starts and how many wakes may wait for their turn; further ones are refused
 * @param startTimeout how long one start may take before it has failed; the first {@code npx} downloads the server
 * @param stopGrace how long an instance may take to end politely before it is killed
 * @param drainTimeout how long a forced stop or a removal waits for calls in flight
 * @param firstBackOff how long a service is left alone after its first failure; doubles with each further one
 * @param longestBackOff where the doubling ends
 * @param stableAfter how long an instance must have run for its end to count as a first failure again
 * @param history how many state transitions are remembered for each service
 */
public record LifecycleSettings(
        int concurrentStarts,
        int concurrentWakes,
        int queueLimit,
        Duration startTimeout,
        Duration stopGrace,
        Duration drainTimeout,
        Duration firstBackOff,
        Duration longestBackOff,
        Duration stableAfter,
        int history) {
    public LifecycleSettings {
        requireAtLeastOne("concurrentStarts", concurrentStarts);
        requireAtLeastOne("concurrentWakes", concurrentWakes);
        requireAtLeastOne("queueLimit", queueLimit);
        requireAtLeastOne("history", history);
        requirePositive("startTimeout", startTimeout);
        requirePositive("stopGrace", stopGrace);
        requirePositive("firstBackOff", firstBackOff);
        if (longestBackOff.compareTo(firstBackOff) < 0) {
            throw new IllegalArgumentException(
                    "longestBackOff " + longestBackOff + " is shorter than firstBackOff " + firstBackOff);
        }
    }

    /** As many starts at once as there are cores, two minutes for a start, ten seconds for a stop. */
    public static LifecycleSettings defaults() {
        int cores = Math.max(1, Runtime.getRuntime().availableProcessors());
        return new LifecycleSettings(
                cores,
                2 * cores,
                1024,
                Duration.ofMinutes(2),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofMillis(250),
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                100);
    }

    private static void requireAtLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, not " + value);
        }
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be longer than nothing, not " + value);
        }
    }
}
