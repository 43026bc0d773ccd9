package io.forgemcp.gateway.thread;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes executors for blocking work. */
public final class Workers {
    /** On Java 17 to 20 at most this many blocking tasks run at once; others wait. */
    private static final int BOUND = 64;

    private static final long IDLE_SECONDS = 20;

    private Workers() {}

    /** An executor that may block: one virtual thread a task from Java 21 on, at most 64 daemon threads before. */
    public static ExecutorService blocking(String name) {
        try {
            MethodHandle virtual = MethodHandles.publicLookup()
                    .findStatic(
                            Executors.class,
                            "newVirtualThreadPerTaskExecutor",
                            MethodType.methodType(ExecutorService.class));
            return (ExecutorService) virtual.invokeExact();
        } catch (ReflectiveOperationException olderJava) {
            return bounded(name);
        } catch (Throwable failure) {
            throw new IllegalStateException("Virtual threads cannot be had", failure);
        }
    }

    /**
     * A pool that makes a thread only where one is missing: a task goes to a thread that waits for one; only if there is none it gets a new
     * one, and only if there are {@link #BOUND} already it waits. A pool of a fixed size would make all of them for the first
     * tasks, however short, and keep them for as long as a few tasks a second come by.
     */
    static ExecutorService bounded(String name) {
        LinkedTransferQueue<Runnable> queue = new LinkedTransferQueue<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public boolean offer(Runnable task) {
                return tryTransfer(task);
            }
        };
        return new ThreadPoolExecutor(0, BOUND, IDLE_SECONDS, TimeUnit.SECONDS, queue, daemons(name), (task, pool) -> {
            // All are busy: whichever is done first takes it. After the end nobody would.
            boolean refused = pool.isShutdown();
            if (!refused) {
                queue.put(task);
                refused = pool.isShutdown() && queue.remove(task);
            }
            if (refused) {
                throw new RejectedExecutionException(name + " has been shut down");
            }
        });
    }

    /** Names daemon threads {@code name-1}, {@code name-2} and so on. */
    public static ThreadFactory daemons(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
