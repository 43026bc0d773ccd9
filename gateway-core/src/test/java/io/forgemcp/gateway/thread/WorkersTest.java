package io.forgemcp.gateway.thread;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pool for blocking work on a Java without virtual threads. */
@Timeout(60)
class WorkersTest {
    private final ExecutorService pool = Workers.bounded("test");

    @AfterEach
    void close() {
        pool.shutdownNow();
    }

    @Test
    void shortTasksOneAfterAnotherShareFewThreads() throws Exception {
        Set<Thread> used = ConcurrentHashMap.newKeySet();
        for (int task = 0; task < 500; task++) {
            pool.submit(() -> used.add(Thread.currentThread())).get();
        }
        // A thread that has answered may not wait for the next task yet.
        assertThat(used).hasSizeLessThan(32);
    }

    @Test
    void noMoreThanTheBoundRunAtOnceAndTheOthersRunAfterThem() throws Exception {
        CountDownLatch full = new CountDownLatch(64);
        CountDownLatch open = new CountDownLatch(1);
        Set<Thread> used = ConcurrentHashMap.newKeySet();
        List<Future<?>> tasks = new ArrayList<>();
        for (int task = 0; task < 300; task++) {
            tasks.add(pool.submit(() -> {
                used.add(Thread.currentThread());
                full.countDown();
                open.await();
                return null;
            }));
        }
        full.await();
        open.countDown();
        for (Future<?> task : tasks) {
            task.get();
        }
        assertThat(used).hasSize(64);
    }

    @Test
    void afterTheEndNothingIsTakenAndWhatWasTakenIsDone() throws Exception {
        CountDownLatch open = new CountDownLatch(1);
        List<Future<?>> tasks = new ArrayList<>();
        for (int task = 0; task < 100; task++) {
            tasks.add(pool.submit(() -> {
                open.await();
                return null;
            }));
        }
        pool.shutdown();
        assertThatThrownBy(() -> pool.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        open.countDown();
        for (Future<?> task : tasks) {
            task.get();
        }
        assertThat(pool.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
}
