package io.forgemcp.gateway.internal;

import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a task again and again, never twice at once; a failure is logged and the next turn comes all the same. Thread-safe. */
public final class Repeating implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Repeating.class);

    private final String name;
    private final Supplier<Duration> interval;
    private final Runnable task;
    private final Timers timers;
    private final Executor worker;
    private volatile boolean closed;
    private volatile Timers.@Nullable Cancellable next;

    /**
     * @param interval from the end of one turn to the next; asked each time
     * @param worker runs the task; may block
     */
    public Repeating(String name, Supplier<Duration> interval, Runnable task, Timers timers, Executor worker) {
        this.name = name;
        this.interval = interval;
        this.task = task;
        this.timers = timers;
        this.worker = worker;
    }

    /** Begins; the first turn comes after one interval. */
    public void start() {
        if (!closed) {
            next = timers.schedule(interval.get(), this::hand);
        }
    }

    private void hand() {
        try {
            worker.execute(this::turn);
        } catch (RejectedExecutionException closing) {
            LOG.debug("event=repeating_ended task={}", name);
        }
    }

    private void turn() {
        if (closed) {
            return;
        }
        try {
            task.run();
        } catch (RuntimeException failure) {
            LOG.warn("event=repeating_task_failed task={}", name, failure);
        }
        start();
    }

    @Override
    public void close() {
        closed = true;
        Timers.Cancellable waiting = next;
        if (waiting != null) {
            waiting.cancel();
        }
    }
}
