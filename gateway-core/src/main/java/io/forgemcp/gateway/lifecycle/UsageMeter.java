package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
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

    UsageMeter(Instance instance, Timers timers) {
        this.instance = instance;
        this.timers = timers;
    }

    Reading read() {
        Instance.Usage usage;
        try {
            usage = instance.usage();
        } catch (RuntimeException unreadable) {
            return Reading.UNKNOWN;
        }
        if (usage == null) {
            return Reading.UNKNOWN;
        }
        return new Reading(usage.memoryBytes(), percent(usage.cpuNanos()), usage);
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
