package io.forgemcp.gateway.thread;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes executors for blocking work. */
public final class Workers {
    /** On Java 17 to 20 at most this many blocking tasks run at once; others wait. */
    private static final int BOUND = 64;

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
            ThreadPoolExecutor pool = new ThreadPoolExecutor(
                    BOUND, BOUND, 20, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), daemons(name));
            pool.allowCoreThreadTimeOut(true);
            return pool;
        } catch (Throwable failure) {
            throw new IllegalStateException("Virtual threads cannot be had", failure);
        }
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
