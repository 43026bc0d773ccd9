package io.forgemcp.gateway.scaling.efficiency;

import io.forgemcp.gateway.service.ServiceName;
import org.jspecify.annotations.Nullable;

/**
 * What a service used at one moment.
 *
 * @param nanos on the clock that never jumps
 * @param phase whether it runs, sleeps or neither
 * @param awakeNanos how long it has run so far
 * @param asleepNanos how long it has slept so far
 * @param memoryBytes RAM that all its instances keep from others, compressed stores included; zero if it has no instance;
 *     null if unknown
 * @param cpuNanos processor time that all its present instances have used since they started; null if unknown
 */
public record UseSample(
        ServiceName service,
        long nanos,
        Phase phase,
        long awakeNanos,
        long asleepNanos,
        @Nullable Long memoryBytes,
        @Nullable Long cpuNanos) {
    /** What a service does at one moment, as far as it tells what sleeping saves. */
    public enum Phase {
        /** An instance runs or is about to. */
        AWAKE,
        /** It fell asleep or was put to sleep, whatever the depth; by a call it would wake. */
        ASLEEP,
        /** It failed, was stopped by command, or has never run: nothing of that is saved by sleeping. */
        DOWN
    }

    boolean awake() {
        return phase == Phase.AWAKE;
    }

    boolean asleep() {
        return phase == Phase.ASLEEP;
    }
}
