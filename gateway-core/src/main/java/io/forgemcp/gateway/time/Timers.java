package io.forgemcp.gateway.time;

import java.time.Duration;
import java.time.Instant;

/**
 * The only source of time and the only way to wait in the gateway. Implementations are thread-safe.
 */
public interface Timers {
    /** The wall clock: for people, records and calendars. It may jump. */
    Instant now();

    /** A clock that never jumps, in nanoseconds since an arbitrary moment: for durations and deadlines. */
    long nanoTime();

    /**
     * Runs the task once after the delay, measured on the clock that never jumps. The task runs on a timer thread and
     * must not block. An exception in it is logged and goes no further.
     */
    Cancellable schedule(Duration delay, Runnable task);

    /** Something scheduled that can be called off. */
    @FunctionalInterface
    interface Cancellable {
        /** Calls it off; has no effect once it has run. Idempotent. */
        void cancel();
    }
}
