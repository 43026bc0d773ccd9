package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;

/**
 * Leaves a service alone that could not be reached several times in a row: refuses at once for a while, then lets one
 * attempt through and closes again if that succeeds. What its last instance did is not held against the next, which the
 * lifecycle starts when it sees fit. The good case costs one volatile read. Thread-safe.
 */
final class CircuitBreaker {
    private final InstanceId instance;
    private final int threshold;
    private final long pauseNanos;
    private final Timers timers;
    private volatile int failures;
    private long retryAt;

    CircuitBreaker(InstanceId instance, int threshold, Duration pause, Timers timers) {
        this.instance = instance;
        this.threshold = threshold;
        this.pauseNanos = pause.toNanos();
        this.timers = timers;
    }

    /** Whether attempts are refused or only probed at the moment. */
    boolean isOpen() {
        return failures >= threshold;
    }

    /** @throws GatewayException with {@code CIRCUIT_OPEN} if the service is to be left alone */
    void check() {
        if (!isOpen()) {
            return;
        }
        long left;
        synchronized (this) {
            left = retryAt - timers.nanoTime();
            if (left <= 0) {
                // This one goes through. Should nothing be heard of it, the next may try after another pause.
                retryAt = timers.nanoTime() + pauseNanos;
                return;
            }
        }
        throw new GatewayException(
                ErrorCode.CIRCUIT_OPEN,
                "Service \"" + instance.service() + "\" could not be reached " + failures
                        + " times in a row and is left alone; " + "it is tried again in " + (left / 1_000_000 + 1)
                        + " ms.");
    }

    /** Whether it is about an instance before this one. */
    boolean isBefore(InstanceId later) {
        return instance.number() < later.number();
    }

    /** It could be reached. */
    void succeeded() {
        if (failures != 0) {
            synchronized (this) {
                failures = 0;
            }
        }
    }

    /** It could not be reached. */
    synchronized void failed() {
        failures = Math.min(failures + 1, Integer.MAX_VALUE - 1);
        retryAt = timers.nanoTime() + pauseNanos;
    }
}
