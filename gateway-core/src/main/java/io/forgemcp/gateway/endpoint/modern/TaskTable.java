package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.ParameterHeaders;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.virtualserver.Route;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of all modern clients. Servers name their tasks without knowing of one another, so a client gets an id of the
 * gateway's own, which nobody can guess and which is good for its owner alone, also after a restart. A task that runs
 * holds its server awake; it is forgotten when its time to live has passed or nobody has asked about it for a day.
 * Bounded. Thread-safe.
 */
final class TaskTable implements AutoCloseable {
    static final int MOST_OF_ONE = 1_000;
    static final int MOST = 10_000;
    static final Duration UNASKED = Duration.ofHours(24);

    private static final long LONGEST_MILLIS = Duration.ofDays(365).toMillis();
    private static final Set<String> FINAL = Set.of("completed", "failed", "cancelled");

    /** One task. */
    static final class Task {
        private final String id;
        private final String owner;
        private final Route route;
        private final String original;
        private final Instant begun;
        /** As its server said; null if it did not. */
        private @Nullable Instant ends;

        private @Nullable Runnable release;
        private Timers.@Nullable Cancellable timer;
        /** How it is spoken of with its server; null for a server that has the extension itself. */
        private @Nullable OlderTask older;
        /** Known from an earlier gateway, and nobody has asked about it yet. */
        private boolean recalled;

        private Task(String id, String owner, Route route, String original, Instant begun) {
            this.id = id;
            this.owner = owner;
            this.route = route;
            this.original = original;
            this.begun = begun;
        }

        private TaskMemory.Kept kept() {
            return new TaskMemory.Kept(id, owner, route.service(), route.original(), original, begun, ends);
        }

        /** As its client knows it. */
        String id() {
            return id;
        }

        /** As its server knows it. */
        String original() {
            return original;
        }

        /** How it is spoken of with its server; null for a server that has the extension itself. */
        @Nullable
        OlderTask older() {
            return older;
        }

        /** The tool that it runs. */
        Route route() {
            return route;
        }
    }

    private final Timers timers;
    private final TaskMemory memory;
    private final Map<String, Task> tasks = new HashMap<>();
    private final Map<String, Integer> ofOwner = new HashMap<>();
    private boolean closed;

    /** Takes up what an earlier gateway kept; blocks for that. */
    TaskTable(Timers timers, TaskMemory memory) {
        this.timers = timers;
        this.memory = memory;
        memory.recall().forEach(this::takeUp);
    }

    private synchronized void takeUp(TaskMemory.Kept kept) {
        Instant ends = kept.ends();
        if (ends != null && !ends.isAfter(timers.now())) {
            memory.forget(kept.id());
            return;
        }
        Task task = new Task(
                kept.id(),
                kept.owner(),
                new Route(kept.service(), kept.tool(), JsonText.quote(kept.tool()), ParameterHeaders.NONE),
                kept.original(),
                kept.begun());
        task.ends = ends;
        task.recalled = true;
        keep(task);
    }

    private void keep(Task task) {
        tasks.put(task.id, task);
        ofOwner.merge(task.owner, 1, Integer::sum);
        watch(task);
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
        Task task = new Task(UUID.randomUUID().toString(), owner, route, original, timers.now());
        task.release = release;
        if (closed) {
            rest(task);
            return task;
        }
        task.ends = end(task, state);
        keep(task);
        if (isFinal(state)) {
            rest(task);
        }
        return task;
    }

    /** As above; one that its server forgets when its conversation with the gateway ends, and is not kept beyond. */
    synchronized Task add(
            String owner, Route route, String original, OlderTask older, JsonSlice state, Runnable release) {
        Task task = add(owner, route, original, state, release);
        task.older = older;
        return task;
    }

    /** Completes when the task outlives the gateway, or never will. */
    CompletionStage<Void> durable(Task task) {
        return task.older == null ? memory.remember(task.kept()) : CompletableFuture.completedFuture(null);
    }

    /**
     * Somebody asks about a task that an earlier gateway began: from now on it holds its server awake.
     *
     * @return whether it has to be held; true once at most
     */
    synchronized boolean toBeHeld(Task task) {
        boolean first = task.recalled;
        task.recalled = false;
        return first;
    }

    /** @param release runs once, when the task needs its server awake no longer */
    synchronized void held(Task task, Runnable release) {
        task.release = release;
        if (tasks.get(task.id) != task) {
            rest(task);
        }
    }

    /** Null if there is none, or it is another's. */
    synchronized @Nullable Task find(String owner, String id) {
        Task task = tasks.get(id);
        return task != null && task.owner.equals(owner) ? task : null;
    }

    /** What its server says of it now. */
    synchronized void note(Task task, JsonSlice state) {
        if (isFinal(state)) {
            rest(task);
        }
        Instant before = task.ends;
        task.ends = end(task, state);
        if (tasks.get(task.id) == task) {
            watch(task);
            if (!Objects.equals(before, task.ends)) {
                CompletionStage<Void> unused = durable(task);
            }
        }
    }

    static boolean isFinal(JsonSlice state) {
        String status = state.textMember("status");
        return status != null && FINAL.contains(status);
    }

    private static @Nullable Instant end(Task task, JsonSlice state) {
        JsonSlice ttl = state.member("ttlMs");
        return ttl == null || !ttl.isNumber()
                ? null
                : task.begun.plusMillis((long) Math.min(LONGEST_MILLIS, Math.max(0, Double.parseDouble(ttl.text()))));
    }

    /** Forgets it when it ends, or when nobody asks for a day from now on. */
    private void watch(Task task) {
        if (task.timer != null) {
            task.timer.cancel();
        }
        Duration left = task.ends == null ? UNASKED : Duration.between(timers.now(), task.ends);
        Duration wait = left.compareTo(UNASKED) > 0 ? UNASKED : left.isNegative() ? Duration.ZERO : left;
        task.timer = timers.schedule(wait, () -> forget(task));
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
        if (leave(task) && task.older == null) {
            memory.forget(task.id);
        }
    }

    private boolean leave(Task task) {
        rest(task);
        if (task.timer != null) {
            task.timer.cancel();
        }
        boolean known = tasks.remove(task.id, task);
        if (known) {
            ofOwner.computeIfPresent(task.owner, (owner, count) -> count == 1 ? null : count - 1);
        }
        return known;
    }

    /** Lets go of all servers; what is durable stays for the next gateway. */
    @Override
    public synchronized void close() {
        closed = true;
        List.copyOf(tasks.values()).forEach(this::leave);
    }
}
