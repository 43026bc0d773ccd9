package io.forgemcp.gateway.endpoint;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What was said lately on the streams of one session, so that a client whose connection broke can get what it missed.
 * The oldest goes first when there is too much of it or it is too old; what does not fit is not kept. Thread-safe.
 */
public final class ReplayLog {
    /**
     * How much is kept.
     *
     * @param events most events of one session
     * @param bytes most bytes of one session
     * @param totalBytes most bytes of all sessions together
     * @param age how long an event is kept
     */
    public record Limits(int events, int bytes, long totalBytes, Duration age) {
        /** 1,000 events, 4 MiB and 5 minutes a session, 32 MiB in all or an eighth of the heap if that is less. */
        public static final Limits DEFAULT = forHeap(Runtime.getRuntime().maxMemory());

        /** @param maxHeap most bytes that the heap can have */
        static Limits forHeap(long maxHeap) {
            return new Limits(1_000, 4 << 20, Math.min(32L << 20, maxHeap / 8), Duration.ofMinutes(5));
        }
    }

    /** One event of a stream, with its number on that stream. */
    record Event(String stream, long number, byte[] json, long at) {}

    private final Limits limits;
    private final AtomicLong total;
    private final ArrayDeque<Event> events = new ArrayDeque<>(1);
    private long bytes;

    /** @param total bytes that all sessions keep, counted up and down here */
    public ReplayLog(Limits limits, AtomicLong total) {
        this.limits = limits;
        this.total = total;
    }

    synchronized void add(Event event) {
        forget(event.at());
        int size = event.json().length;
        if (size > limits.bytes()) {
            return;
        }
        while (!events.isEmpty() && (events.size() >= limits.events() || bytes + size > limits.bytes())) {
            removeFirst();
        }
        if (total.addAndGet(size) > limits.totalBytes()) {
            total.addAndGet(-size);
            return;
        }
        bytes += size;
        events.add(event);
    }

    /** What was said on this stream after the event with this number, oldest first. */
    synchronized List<Event> after(String stream, long number) {
        List<Event> missed = new ArrayList<>();
        for (Event event : events) {
            if (event.number() > number && event.stream().equals(stream)) {
                missed.add(event);
            }
        }
        return missed;
    }

    /** Drops what is too old. */
    synchronized void forget(long now) {
        while (!events.isEmpty() && now - events.element().at() > limits.age().toNanos()) {
            removeFirst();
        }
    }

    synchronized void clear() {
        while (!events.isEmpty()) {
            removeFirst();
        }
    }

    private void removeFirst() {
        int size = events.remove().json().length;
        bytes -= size;
        total.addAndGet(-size);
    }
}
