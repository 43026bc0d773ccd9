package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;

/**
 * How long a failing instance is left alone, twice as long after each further failure, and the timer that says when that
 * is over. Owned by one mailbox.
 */
final class BackOff {
    private static final Duration ASK_AGAIN = Duration.ofSeconds(2);

    private final LifecycleSettings settings;
    private final Timers timers;
    private final Mailbox mailbox;
    private final Runnable over;
    private Timers.Cancellable timer = () -> {};
    private int failures;
    private long retryAt;

    /** @param over told on the mailbox when it may be tried again, if that was {@link #await awaited} */
    BackOff(LifecycleSettings settings, Timers timers, Mailbox mailbox, Runnable over) {
        this.settings = settings;
        this.timers = timers;
        this.mailbox = mailbox;
        this.over = over;
    }

    /** @param ran how long it had run before; long enough makes this a first failure */
    Duration failed(Duration ran) {
        if (ran.compareTo(settings.stableAfter()) >= 0) {
            failures = 0;
        }
        return rest(settings.longestBackOff());
    }

    /**
     * It could not even be started. Where what would run it is away, an engine say, nobody waits much longer than for its
     * return: that may be at any moment, and asking costs little.
     */
    Duration startFailed(GatewayException failure) {
        Duration limit = settings.longestBackOff();
        boolean away = failure.code() == ErrorCode.SERVICE_UNAVAILABLE;
        return rest(away && limit.compareTo(ASK_AGAIN) > 0 ? ASK_AGAIN : limit);
    }

    private Duration rest(Duration limit) {
        Duration wait = settings.firstBackOff();
        for (int i = 0; i < failures && wait.compareTo(limit) < 0; i++) {
            wait = wait.multipliedBy(2);
        }
        if (wait.compareTo(limit) < 0) {
            failures++;
        } else {
            wait = limit;
        }
        retryAt = timers.nanoTime() + wait.toNanos();
        return wait;
    }

    /** When it may be tried again, on the clock of {@code Timers.nanoTime}. */
    long retryAt() {
        return retryAt;
    }

    /** How long it is still to be left alone; zero or less if it may be tried. */
    Duration left() {
        return Duration.ofNanos(retryAt - timers.nanoTime());
    }

    /** Has the end of the wait told. */
    void await() {
        timer.cancel();
        timer = timers.schedule(left(), () -> mailbox.tell(over));
    }

    void forget() {
        timer.cancel();
    }
}
