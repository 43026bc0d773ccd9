package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.Priority;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Lets only so many starts (or wakes) run at once: those that a call waits for first, then the highest priority, then
 * first come. Starting ten servers
 * at once on two cores makes all of them slow; two at a time makes the important ones fast. Thread-safe.
 */
final class WakeQueue {
    private record Entry(BooleanSupplier called, Priority priority, long order, Supplier<CompletionStage<?>> work) {}

    private static final Comparator<Entry> ORDER = Comparator.comparing(
                    (Entry entry) -> !entry.called().getAsBoolean())
            .thenComparing(Entry::priority)
            .thenComparingLong(Entry::order);

    private final Mailbox mailbox;
    private final int atOnce;
    private final int limit;
    /** Also counts what is on its way through the mailbox, so that the limit holds for callers on other threads. */
    private final AtomicInteger queued = new AtomicInteger();

    /** Not kept in order: a call may come for what nobody had called for when it was added. */
    private final List<Entry> waiting = new ArrayList<>();

    private int running;
    private long order;

    WakeQueue(Executor executor, int atOnce, int limit) {
        this.mailbox = new Mailbox(executor);
        this.atOnce = atOnce;
        this.limit = limit;
    }

    /**
     * Runs the work when it is its turn; its turn ends when the stage that it returns completes, so that stage must
     * complete in bounded time.
     *
     * @param called whether a call waits for it; asked from any thread
     * @return false if too many wait already; then the work never runs
     */
    boolean offer(Priority priority, BooleanSupplier called, Supplier<CompletionStage<?>> work) {
        if (queued.incrementAndGet() > limit) {
            queued.decrementAndGet();
            return false;
        }
        mailbox.tell(() -> {
            waiting.add(new Entry(called, priority, order++, work));
            next();
        });
        return true;
    }

    private void next() {
        while (running < atOnce && !waiting.isEmpty()) {
            running++;
            queued.decrementAndGet();
            Entry first = Collections.min(waiting, ORDER);
            waiting.remove(first);
            first.work()
                    .get()
                    .whenComplete((result, failure) -> mailbox.tell(() -> {
                        running--;
                        next();
                    }));
        }
    }
}
