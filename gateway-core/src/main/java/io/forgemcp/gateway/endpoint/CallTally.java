package io.forgemcp.gateway.endpoint;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one service since the gateway started. Counting is on the path of every call: no lock, nothing allocated.
 * Thread-safe; a reading taken while calls end may be off by those.
 */
public final class CallTally {
    /** A power of two. */
    private static final int KEPT = 256;

    private final LongAdder calls = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final AtomicLong lastStarted = new AtomicLong(Long.MIN_VALUE);
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicLongArray durations = new AtomicLongArray(KEPT);

    CallTally() {}

    void ended(long started, long now, boolean failed) {
        calls.increment();
        if (failed) {
            failures.increment();
        }
        // Of two calls that end together the later start may lose; a moment's difference matters to nobody.
        if (started > lastStarted.get()) {
            lastStarted.lazySet(started);
        }
        durations.lazySet(next.getAndIncrement() & (KEPT - 1), Math.max(1, now - started));
    }

    /**
     * What was counted.
     *
     * @param calls that ended, in any way
     * @param failures those of them that ended with an error of the server's or of the gateway's
     * @param lastStarted when the call that began last began, on {@link System#nanoTime}; null if there was none
     * @param nanos how long the last calls took, at most 256, shortest first
     */
    public record Reading(
            long calls, long failures, @Nullable Long lastStarted, long[] nanos) {
        /** The duration that this share of the last calls did not exceed, in seconds; null without calls. */
        public @Nullable Double quantile(double share) {
            return nanos.length == 0
                    ? null
                    : (Double) (nanos[Math.min(nanos.length - 1, (int) Math.ceil(share * nanos.length) - 1)] / 1e9);
        }
    }

    public Reading read() {
        long started = lastStarted.get();
        long[] nanos = new long[KEPT];
        for (int i = 0; i < KEPT; i++) {
            nanos[i] = durations.get(i);
        }
        long[] sorted = Arrays.stream(nanos).filter(each -> each > 0).sorted().toArray();
        return new Reading(calls.sum(), failures.sum(), started == Long.MIN_VALUE ? null : (Long) started, sorted);
    }
}
