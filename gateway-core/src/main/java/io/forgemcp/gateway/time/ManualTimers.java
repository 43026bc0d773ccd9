package io.forgemcp.gateway.time;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Time that moves only when told, for tests: {@link #advance} runs everything that falls due, in order, on the calling
 * thread. Thread-safe.
 */
public final class ManualTimers implements Timers {
    private record Task(long dueNanos, long order, Runnable action) {}

    private final PriorityQueue<Task> queue =
            new PriorityQueue<>(Comparator.comparingLong(Task::dueNanos).thenComparingLong(Task::order));
    private final Instant start;
    private long nanos;
    private Duration jumped = Duration.ZERO;
    private long order;

    public ManualTimers() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    public ManualTimers(Instant start) {
        this.start = start;
    }

    @Override
    public synchronized Instant now() {
        return start.plusNanos(nanos).plus(jumped);
    }

    @Override
    public synchronized long nanoTime() {
        return nanos;
    }

    @Override
    public synchronized Cancellable schedule(Duration delay, Runnable task) {
        Task entry = new Task(nanos + Math.max(0, delay.toNanos()), order++, task);
        queue.add(entry);
        return () -> {
            synchronized (this) {
                queue.remove(entry);
            }
        };
    }

    /** Moves time on and runs what falls due on the way, including what those tasks schedule. */
    public void advance(Duration by) {
        long target;
        synchronized (this) {
            target = nanos + by.toNanos();
        }
        for (; ; ) {
            Task due;
            synchronized (this) {
                due = queue.peek();
                if (due == null || due.dueNanos() > target) {
                    nanos = target;
                    return;
                }
                queue.poll();
                nanos = Math.max(nanos, due.dueNanos());
            }
            due.action().run();
        }
    }

    /** Makes only the wall clock jump, as an administrator or a time server would. */
    public synchronized void jumpWallClock(Duration by) {
        jumped = jumped.plus(by);
    }

    /** How many tasks wait: a test that ends with tasks waiting may have found a leak. */
    public synchronized int waiting() {
        return queue.size();
    }
}
