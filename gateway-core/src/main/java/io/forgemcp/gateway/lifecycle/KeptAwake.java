package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.time.Timers;
import java.time.Duration;

/** Until when a service does not fall asleep for want of calls, because it was woken ahead of them. Thread-safe. */
final class KeptAwake {
    private final Timers timers;
    private volatile long until;

    KeptAwake(Timers timers) {
        this.timers = timers;
        this.until = timers.nanoTime();
    }

    /** For this long from now; what was said before is void. */
    void keepFor(Duration time) {
        until = timers.nanoTime() + time.toNanos();
    }

    /** How much longer; zero if it may sleep. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, until - timers.nanoTime()));
    }
}
