package io.forgemcp.gateway.lifecycle;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Which commands have ended instances of a service. Written by its mailbox, read by any thread. */
final class Orders {
    private final AtomicInteger restarts = new AtomicInteger();
    private volatile boolean stopped;

    /** It was stopped: those who waited for it are not to start it again. */
    void stop() {
        stopped = true;
    }

    /** It starts or wakes, by whomever. */
    void begin() {
        stopped = false;
    }

    void restart() {
        restarts.incrementAndGet();
    }

    /** Whether it was stopped and has not been started since. */
    boolean stopped() {
        return stopped;
    }

    int restarts() {
        return restarts.get();
    }

    /** What was done to what ran after so many restarts, for people; null if no command has ended it. */
    @Nullable
    String since(int restartsBefore) {
        return stopped ? "was stopped" : restarts.get() == restartsBefore ? null : "was restarted";
    }
}
