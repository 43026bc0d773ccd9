package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.thread.Workers;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one after another, in the order in which they were told, on any thread of an executor. What the tasks
 * change needs no lock: each task sees everything that the one before it did. A task that tells another returns first.
 */
final class Mailbox {
    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    /** Tasks told and not yet done; whoever raises it from zero gets the mailbox drained. */
    private final AtomicInteger undone = new AtomicInteger();

    private final Executor executor;

    Mailbox(Executor executor) {
        this.executor = executor;
    }

    void tell(Runnable task) {
        tasks.add(task);
        if (undone.getAndIncrement() == 0) {
            try {
                executor.execute(this::drain);
            } catch (RejectedExecutionException shutDown) {
                // The last messages of a shutdown, for example the end of a process, still have to be heard.
                drain();
            }
        }
    }

    private void drain() {
        do {
            Runnable task = tasks.poll();
            if (task != null) {
                run(task);
            }
        } while (undone.decrementAndGet() != 0);
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error failure) {
            LOG.error("event=mailbox_task_failed", failure);
        }
    }

    /** For mailboxes, few threads: they never block. They end when there is nothing to do. */
    static ThreadPoolExecutor threads() {
        int size = Math.max(2, Runtime.getRuntime().availableProcessors());
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                size, size, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Workers.daemons("forge-lifecycle"));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
