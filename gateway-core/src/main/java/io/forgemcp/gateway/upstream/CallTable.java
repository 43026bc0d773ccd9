package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The calls under way, by the id under which the gateway asks. Ids are unique over all servers, so an answer can only
 * ever meet the call it belongs to. They begin where the clock stands, in microseconds: a server that outlived an
 * earlier gateway may still answer calls of that one, whose ids are all lower.
 *
 * <p>Deadlines: a timer for each call would cost two operations on a shared heap a call, for something that hardly ever
 * happens. Instead one sweep looks at all calls every so often while there are any; none runs while there are none.
 */
final class CallTable {
    private final ConcurrentHashMap<Long, PendingCall> calls = new ConcurrentHashMap<>();
    private final AtomicLong ids;
    private final AtomicBoolean sweeping = new AtomicBoolean();
    private final Timers timers;
    private final Duration interval;

    CallTable(Timers timers, Duration interval) {
        this.timers = timers;
        this.ids = new AtomicLong(Math.max(0, timers.now().toEpochMilli() * 1000));
        this.interval = interval;
    }

    /** Adds a call and gives it an id. */
    long add(PendingCall call) {
        long id = ids.incrementAndGet();
        calls.put(id, call);
        sweepIfIdle();
        return id;
    }

    /** An id for a request that has no deadline and is looked after elsewhere. */
    long reserve() {
        return ids.incrementAndGet();
    }

    /** On the clock of the deadlines. */
    long now() {
        return timers.nanoTime();
    }

    @Nullable
    PendingCall find(long id) {
        return id < 0 ? null : calls.get(id);
    }

    /** Whether the gateway ever asked under this id, so that an answer to it is merely late. */
    boolean isKnown(long id) {
        return id > 0 && id <= ids.get();
    }

    void remove(long id) {
        calls.remove(id);
    }

    Collection<PendingCall> all() {
        return calls.values();
    }

    private void sweepIfIdle() {
        if (!sweeping.get() && sweeping.compareAndSet(false, true)) {
            timers.schedule(interval, this::sweep);
        }
    }

    private void sweep() {
        try {
            long now = timers.nanoTime();
            for (PendingCall call : calls.values()) {
                call.onSweep(now);
            }
        } finally {
            sweeping.set(false);
            if (!calls.isEmpty()) {
                sweepIfIdle();
            }
        }
    }
}
