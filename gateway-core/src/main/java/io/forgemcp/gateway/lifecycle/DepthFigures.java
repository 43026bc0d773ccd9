package io.forgemcp.gateway.lifecycle;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one sleep depth has meant for one service, measured on its own sleeps and wakes. Null is what has not been
 * measured.
 *
 * @param sleeps how often it slept to this depth
 * @param wakes how many wakes from it were measured; for {@link SleepDepth#STOP} every start counts
 * @param wakeMedian from the call to the server's first sign of life, of the last wakes
 * @param wakeP95 the same, 95th percentile
 * @param awakeBytes memory just before the last such sleep
 * @param asleepBytes RAM really kept during it, what a compressed store needs included
 * @param asleepCpuPercent processor use while asleep, 100 is one core
 * @param objection why it is not used now, for people; null if it may be
 */
public record DepthFigures(
        SleepDepth depth,
        long sleeps,
        long wakes,
        @Nullable Duration wakeMedian,
        @Nullable Duration wakeP95,
        @Nullable Long awakeBytes,
        @Nullable Long asleepBytes,
        @Nullable Double asleepCpuPercent,
        @Nullable String objection) {}
