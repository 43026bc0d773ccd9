package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Begins the streams of answers that take long. One sweep looks at all that are waiting, and none runs while nothing
 * waits: a timer for each call would cost more than the quick calls themselves. Thread-safe.
 */
final class SlowReplies {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Timers timers;
    /** With the time since which each waits. */
    private final Map<ModernReply, Long> waiting = new ConcurrentHashMap<>();

    private final AtomicBoolean sweeping = new AtomicBoolean();

    SlowReplies(Timers timers) {
        this.timers = timers;
    }

    void add(ModernReply reply) {
        waiting.put(reply, timers.nanoTime());
        sweepIfIdle();
    }

    void remove(ModernReply reply) {
        waiting.remove(reply);
    }

    private void sweepIfIdle() {
        if (!sweeping.get() && sweeping.compareAndSet(false, true)) {
            timers.schedule(PATIENCE, this::sweep);
        }
    }

    private void sweep() {
        long now = timers.nanoTime();
        waiting.forEach((reply, since) -> {
            if (now - since >= PATIENCE.toNanos()) {
                waiting.remove(reply);
                reply.keepWaiting();
            }
        });
        sweeping.set(false);
        if (!waiting.isEmpty()) {
            sweepIfIdle();
        }
    }
}
