package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.time.Timers;
import java.time.Duration;

/**
 * When clients are told of changed lists: once for a burst, soon after its first change, and then not again for a second,
 * because whoever is told lists again. While many servers are learnt one after the other that would be once for each. The
 * last change is always told. Thread-safe.
 */
public final class AnnouncementPace {
    private static final Duration SOON = Duration.ofMillis(50);
    private static final Duration APART = Duration.ofSeconds(1);

    private final Timers timers;
    private final Runnable announce;
    private boolean due;
    private boolean announcing;
    /** Something has changed while clients were being told. */
    private boolean missed;

    private boolean toldOnce;
    /** On the clock that never jumps. */
    private long lastTold;

    /** @param announce looks who is to be told what, and says with {@link #told} if somebody was */
    public AnnouncementPace(Timers timers, Runnable announce) {
        this.timers = timers;
        this.announce = announce;
    }

    /** Something has changed. */
    public void changed() {
        Duration pause;
        synchronized (this) {
            if (announcing) {
                // May have been looked at already; how long to wait is known when it is known whether somebody was
                // told.
                missed = true;
                return;
            }
            if (due) {
                return;
            }
            due = true;
            pause = pause();
        }
        timers.schedule(pause, this::announce);
    }

    private Duration pause() {
        long left = toldOnce ? lastTold + APART.toNanos() - timers.nanoTime() : 0;
        return Duration.ofNanos(Math.max(SOON.toNanos(), left));
    }

    private void announce() {
        synchronized (this) {
            due = false;
            announcing = true;
        }
        try {
            announce.run();
        } finally {
            boolean again;
            synchronized (this) {
                announcing = false;
                again = missed;
                missed = false;
            }
            if (again) {
                changed();
            }
        }
    }

    /** Somebody was told. */
    public synchronized void told() {
        toldOnce = true;
        lastTold = timers.nanoTime();
    }
}
