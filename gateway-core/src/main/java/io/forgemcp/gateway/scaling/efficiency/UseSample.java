package io.forgemcp.gateway.scaling.efficiency;

import io.forgemcp.gateway.service.ServiceName;
import org.jspecify.annotations.Nullable;

/**
 * What a service used at one moment.
 *
 * @param nanos on the clock that never jumps
 * @param awake whether an instance of it runs; otherwise it sleeps or has been stopped
 * @param memoryBytes RAM that all its instances keep from others, compressed stores included; zero if it has no instance;
 *     null if unknown
 * @param cpuNanos processor time that all its present instances have used since they started; null if unknown
 */
public record UseSample(
        ServiceName service,
        long nanos,
        boolean awake,
        @Nullable Long memoryBytes,
        @Nullable Long cpuNanos) {}
