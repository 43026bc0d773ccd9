package io.forgemcp.gateway.service;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a service may sleep.
 *
 * @param enabled whether it ever sleeps on its own
 * @param idleTimeout how long after the last served request ended it falls asleep
 * @param minSleepTime least time awake after a start or wake, and least time since last use; holds for a manual sleep
 *     too, unless forced
 * @param memoryReservationBytes what it is expected to keep while asleep; null if not said
 * @param depth how deeply it sleeps
 * @param wakeSchedule when it is to be awake without having been called
 */
public record SleepPolicy(
        boolean enabled,
        Duration idleTimeout,
        Duration minSleepTime,
        @Nullable Long memoryReservationBytes,
        Depth depth,
        WakeSchedule wakeSchedule) {
    /** Without a schedule. */
    public SleepPolicy(
            boolean enabled,
            Duration idleTimeout,
            Duration minSleepTime,
            @Nullable Long memoryReservationBytes,
            Depth depth) {
        this(enabled, idleTimeout, minSleepTime, memoryReservationBytes, depth, WakeSchedule.NONE);
    }

    /** Five minutes idle, one minute at least, depth left to the gateway. */
    public static final SleepPolicy DEFAULT =
            new SleepPolicy(true, Duration.ofMinutes(5), Duration.ofMinutes(1), null, Depth.AUTO);

    /** Never asleep. */
    public static final SleepPolicy NEVER =
            new SleepPolicy(false, Duration.ofMinutes(5), Duration.ZERO, null, Depth.AUTO);

    /** The same with this schedule. */
    public SleepPolicy withWakeSchedule(WakeSchedule value) {
        return new SleepPolicy(enabled, idleTimeout, minSleepTime, memoryReservationBytes, depth, value);
    }

    /** How deeply a service is asked to sleep. */
    public enum Depth {
        FREEZE,
        SHALLOW,
        DEEP,
        STOP,
        /** The deepest whose wakes stay within the target of the service's priority. */
        AUTO
    }
}
