package io.forgemcp.docker;

import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import io.forgemcp.gateway.service.InstanceId;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a runtime told of its own accord, in order: {@code exit <reason>}, {@code by hand <reason>}, {@code asleep} or {@code awake}. */
final class Told implements ServiceRuntime.ExitListener {
    private final BlockingQueue<String> news = new LinkedBlockingQueue<>();
    private final List<String> written = new CopyOnWriteArrayList<>();

    @Override
    public void exited(InstanceId id, String reason) {
        news.add("exit " + reason);
    }

    @Override
    public void endedByHand(InstanceId id, String reason) {
        news.add("by hand " + reason);
    }

    @Override
    public void wrote(InstanceId id, List<String> lines) {
        written.addAll(lines);
    }

    /** What instances wrote whose start has failed. */
    List<String> written() {
        return written;
    }

    @Override
    public void observed(InstanceId id, @Nullable SleepDepth depth) {
        news.add(depth == null ? "awake" : "asleep");
    }

    /** The next thing it tells; fails after some seconds. */
    String next() throws InterruptedException {
        String told = news.poll(20, TimeUnit.SECONDS);
        if (told == null) {
            throw new AssertionError("nothing was told");
        }
        return told;
    }

    boolean nothing() {
        return news.isEmpty();
    }
}
