package io.forgemcp.server.http;

import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Writes comments on silent streams, which keeps proxies from closing them and shows up clients that are gone. Streams are
 * spread over slots that take turns, so that ten thousand of them do not all write at one moment. Thread-safe.
 */
public final class KeepAlive implements AutoCloseable {
    private static final int SLOTS = 20;

    private final Timers timers;
    private final Duration step;
    private final List<Set<SseStream>> slots = IntStream.range(0, SLOTS)
            .<Set<SseStream>>mapToObj(slot -> ConcurrentHashMap.newKeySet())
            .toList();
    private int turn;
    private volatile boolean closed;

    /** @param interval how often each silent stream is written to */
    public KeepAlive(Timers timers, Duration interval) {
        this.timers = timers;
        this.step = interval.dividedBy(SLOTS);
        timers.schedule(step, this::tick);
    }

    void add(SseStream stream) {
        slot(stream).add(stream);
    }

    void remove(SseStream stream) {
        slot(stream).remove(stream);
    }

    /** How many streams are open. */
    public int open() {
        return slots.stream().mapToInt(Set::size).sum();
    }

    private Set<SseStream> slot(SseStream stream) {
        return slots.get(Math.floorMod(System.identityHashCode(stream), SLOTS));
    }

    private void tick() {
        if (closed) {
            return;
        }
        slots.get(turn).forEach(SseStream::tick);
        turn = (turn + 1) % SLOTS;
        timers.schedule(step, this::tick);
    }

    /** Stops writing and ends all streams. */
    @Override
    public void close() {
        closed = true;
        slots.forEach(slot -> slot.forEach(SseStream::close));
    }
}
