package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.virtualserver.Route;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of all modern clients. Servers name their tasks without knowing of one another, so a client gets an id of the
 * gateway's own, which nobody can guess and which is good for its owner alone. A task that runs holds its server awake;
 * it is forgotten when its time to live has passed or nobody has asked about it for a day. Bounded. Thread-safe.
 */
final class TaskTable implements AutoCloseable {
    static final int MOST_OF_ONE = 1_000;
    static final int MOST = 10_000;
    static final Duration UNASKED = Duration.ofHours(24);

    private static final Set<String> FINAL = Set.of("completed", "failed", "cancelled");

    /** One task. */
    static final class Task {
        private final String id = UUID.randomUUID().toString();
        private final String owner;
        private final Route route;
        private final String original;
        private final long begun;
        private long ends;
        private @Nullable Runnable release;
        private Timers.@Nullable Cancellable timer;

        private Task(String owner, Route route, String original, Runnable release, long begun) {
            this.owner = owner;
            this.route = route;
            this.original = original;
            this.release = release;
            this.begun = begun;
        }

        /** As its client knows it. */
        String id() {
            return id;
        }

        /** As its server knows it. */
        String original() {
            return original;
        }

        /** The tool that it runs. */
        Route route() {
            return route;
        }
    }

    private final Timers timers;
    private final Map<String, Task> tasks = new HashMap<>();
    private final Map<String, Integer> ofOwner = new HashMap<>();
    private boolean closed;

    TaskTable(Timers timers) {
        this.timers = timers;
    }

    /** Whether this owner may begin another task. */
    synchronized boolean hasRoom(String owner) {
        return tasks.size() < MOST && ofOwner.getOrDefault(owner, 0) < MOST_OF_ONE;
    }

    /**
     * Takes up a task.
     *
     * @param original its server's id of it
     * @param state as its server gave it
     * @param release runs once, when the task needs its server awake no longer
     */
    synchronized Task add(String owner, Route route, String original, JsonSlice state, Runnable release) {
        Task task = new Task(owner, route, original, release, timers.nanoTime());
        if (closed) {
            rest(task);
            return task;
        }
        tasks.put(task.id, task);
        ofOwner.merge(owner, 1, Integer::sum);
        note(task, state);
        watch(task);
        return task;
    }

    /** Null if there is none, or it is another's. */
    synchronized @Nullable Task find(String owner, String id) {
        Task task = tasks.get(id);
        return task != null && task.owner.equals(owner) ? task : null;
    }

    /** What its server says of it now. */
    synchronized void note(Task task, JsonSlice state) {
        String status = state.textMember("status");
        if (status != null && FINAL.contains(status)) {
            rest(task);
        }
        long unasked = timers.nanoTime() + UNASKED.toNanos();
        JsonSlice ttl = state.member("ttlMs");
        long most = Duration.ofDays(365).toMillis();
        long end = ttl == null || !ttl.isNumber()
                ? unasked
                : task.begun
                        + Duration.ofMillis((long) Math.min(most, Math.max(0, Double.parseDouble(ttl.text()))))
                                .toNanos();
        task.ends = end - unasked < 0 ? end : unasked;
        if (task.timer != null) {
            watch(task);
        }
    }

    private void watch(Task task) {
        if (task.timer != null) {
            task.timer.cancel();
        }
        if (tasks.get(task.id) == task) {
            task.timer =
                    timers.schedule(Duration.ofNanos(Math.max(0, task.ends - timers.nanoTime())), () -> forget(task));
        }
    }

    /** It needs its server awake no longer. */
    synchronized void rest(Task task) {
        Runnable release = task.release;
        task.release = null;
        if (release != null) {
            release.run();
        }
    }

    /** Its server knows it no longer, or nobody asks about it any more. */
    synchronized void forget(Task task) {
        rest(task);
        if (task.timer != null) {
            task.timer.cancel();
        }
        if (tasks.remove(task.id, task)) {
            ofOwner.computeIfPresent(task.owner, (owner, count) -> count == 1 ? null : count - 1);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        List.copyOf(tasks.values()).forEach(this::forget);
    }
}
