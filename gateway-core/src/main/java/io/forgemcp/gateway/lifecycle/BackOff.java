package io.forgemcp.gateway.lifecycle;

import java.time.Duration;

/** How long a failing instance is left alone: twice as long after each further failure. Owned by one mailbox. */
final class BackOff {
    private final LifecycleSettings settings;
    private int failures;
    private long retryAt;

    BackOff(LifecycleSettings settings) {
        this.settings = settings;
    }

    /** @param ran how long it had run before; long enough makes this a first failure */
    Duration failed(long now, Duration ran) {
        if (ran.compareTo(settings.stableAfter()) >= 0) {
            failures = 0;
        }
        Duration wait = settings.firstBackOff();
        for (int i = 0; i < failures && wait.compareTo(settings.longestBackOff()) < 0; i++) {
            wait = wait.multipliedBy(2);
        }
        if (wait.compareTo(settings.longestBackOff()) > 0) {
            wait = settings.longestBackOff();
        }
        failures++;
        retryAt = now + wait.toNanos();
        return wait;
    }

    /** When it may be tried again, on the clock of {@code Timers.nanoTime}. */
    long retryAt() {
        return retryAt;
    }
}
