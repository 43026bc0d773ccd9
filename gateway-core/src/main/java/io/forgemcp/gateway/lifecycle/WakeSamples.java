package io.forgemcp.gateway.lifecycle;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The last few durations of one kind of wake. Not thread-safe. */
final class WakeSamples {
    /** Enough for a 95th percentile that one outlier does not decide. */
    private static final int KEPT = 20;

    private final Deque<Long> nanos = new ArrayDeque<>();
    private long seen;

    void add(Duration wake) {
        seen++;
        nanos.addLast(wake.toNanos());
        if (nanos.size() > KEPT) {
            nanos.removeFirst();
        }
    }

    /** Those that are kept, oldest first. */
    List<Duration> kept() {
        return nanos.stream().map(Duration::ofNanos).toList();
    }

    /** Forgets the oldest, so that what was slow once may be tried again some time. */
    void age() {
        nanos.pollFirst();
    }

    int size() {
        return nanos.size();
    }

    /** All that were ever added. */
    long seen() {
        return seen;
    }

    /** By nearest rank; null if there are none. @param share from 0 to 1 */
    @Nullable
    Duration percentile(double share) {
        if (nanos.isEmpty()) {
            return null;
        }
        long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(share * sorted.length);
        return Duration.ofNanos(sorted[Math.max(0, rank - 1)]);
    }
}
