package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns the processor time of an instance into a percentage: of one core, between two looks at least half a second
 * apart. Nothing is measured while nobody looks. Thread-safe.
 */
final class UsageMeter {
    private static final long SHORTEST = Duration.ofMillis(500).toNanos();

    /**
     * @param memoryBytes null if unknown
     * @param cpuPercent null if unknown, as on the first look
     * @param usage all that the runtime measured; null if unknown
     */
    record Reading(@Nullable Long memoryBytes, @Nullable Double cpuPercent, Instance.@Nullable Usage usage) {
        static final Reading UNKNOWN = new Reading(null, null, null);
    }

    private record Sample(long at, long cpuNanos, @Nullable Double percent) {}

    private final Instance instance;
    private final Timers timers;
    private final AtomicReference<@Nullable Sample> last = new AtomicReference<>();

    private final BooleanSupplier awake;
    private volatile long lastTrueMemory;
    private volatile long lastAwakeMemory;

    /** @param awake whether it is awake at this moment; asked from any thread */
    UsageMeter(Instance instance, BooleanSupplier awake, Timers timers) {
        this.instance = instance;
        this.awake = awake;
        this.timers = timers;
    }

    Reading read() {
        Instance.Usage usage = usage();
        return usage == null ? Reading.UNKNOWN : new Reading(usage.memoryBytes(), percent(usage.cpuNanos()), usage);
    }

    /** What the instance uses now; null if it cannot be known. May block as long as the runtime does. */
    Instance.@Nullable Usage usage() {
        try {
            boolean before = awake.getAsBoolean();
            Instance.Usage usage = instance.usage();
            if (usage != null) {
                lastTrueMemory = usage.trueMemoryBytes();
                // It may have fallen asleep, and given its memory back, while it was looked at.
                if (before && awake.getAsBoolean()) {
                    lastAwakeMemory = lastTrueMemory;
                }
            }
            return usage;
        } catch (RuntimeException unreadable) {
            return null;
        }
    }

    /** The memory found by the last look; zero before. Never blocks. */
    long lastTrueMemory() {
        return lastTrueMemory;
    }

    /** The memory found by the last look at it while it was awake; zero before. Never blocks. */
    long lastAwakeMemory() {
        return lastAwakeMemory;
    }

    private @Nullable Double percent(long cpuNanos) {
        long now = timers.nanoTime();
        Sample before = last.get();
        if (before == null) {
            last.compareAndSet(null, new Sample(now, cpuNanos, null));
            return null;
        }
        long elapsed = now - before.at();
        if (elapsed < SHORTEST) {
            return before.percent();
        }
        // A process that ended takes its share of the sum with it, so the sum may shrink.
        double percent = 100.0 * Math.max(0, cpuNanos - before.cpuNanos()) / elapsed;
        last.compareAndSet(before, new Sample(now, cpuNanos, percent));
        return percent;
    }
}
