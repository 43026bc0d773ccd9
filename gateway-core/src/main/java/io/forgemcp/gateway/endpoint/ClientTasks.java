package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.RelatedTask;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.Route;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that one client has begun (MCP 2025-11-25, Tasks). Servers name their tasks without knowing of one another, so
 * the client gets an id of the gateway's own, which nobody can guess and which means nothing in another session. A task
 * that runs holds its server awake. Thread-safe.
 */
final class ClientTasks {
    static final int MOST = 1_000;
    /** Of answers that wait to be fetched, in bytes. */
    static final int MOST_KEPT = 8 << 20;

    private static final double NANOS_IN_MILLI = 1_000_000;

    /** One task, with what its server said of it last. */
    static final class Task {
        private final String id = UUID.randomUUID().toString();
        private final Route route;
        private final String original;
        private final long begun;
        private final @Nullable BridgedTask bridged;
        private JsonSlice latest;
        private @Nullable Lease lease;

        private Task(
                Route route,
                String original,
                @Nullable BridgedTask bridged,
                JsonSlice latest,
                Lease lease,
                long begun) {
            this.bridged = bridged;
            this.begun = begun;
            this.route = route;
            this.original = original;
            this.latest = latest;
            this.lease = lease;
        }

        /** The tool that it runs. */
        Route route() {
            return route;
        }

        String original() {
            return original;
        }

        String id() {
            return id;
        }

        private boolean is(ServiceName service, String named) {
            return original.equals(named) && route.service().equals(service);
        }

        /** How it is asked about; null if its server knows the words of clients with sessions itself. */
        @Nullable
        BridgedTask bridged() {
            return bridged;
        }

        private int kept() {
            return bridged instanceof FinishedTask finished ? finished.size() : 0;
        }

        /** Whether its server may have forgotten it, by the time to live that it gave, in milliseconds. */
        private boolean isOver(long now) {
            JsonSlice ttl = latest.member("ttl");
            return ttl != null && ttl.isNumber() && now - begun > Double.parseDouble(ttl.text()) * NANOS_IN_MILLI;
        }
    }

    private final LongSupplier clock;
    private final Map<String, Task> tasks = new LinkedHashMap<>(1);
    /** Those whose results are waited for, once for each that waits: their names hold until then, though their time be over. */
    private final List<Task> awaited = new ArrayList<>(0);
    /** Calls under way that may become tasks. */
    private int beginning;

    private boolean ended;

    ClientTasks(LongSupplier clock) {
        this.clock = clock;
    }

    /**
     * Keeps room for a task that is about to begin; {@link #add} or {@link #notBegun} follows. Those that have ended make
     * room for it.
     *
     * @throws GatewayException with {@link ErrorCode#TOO_MANY_TASKS}
     */
    synchronized void begin() {
        forget(clock.getAsLong());
        if (tasks.values().stream().filter(task -> task.lease != null).count() + beginning >= MOST) {
            throw new GatewayException(
                    ErrorCode.TOO_MANY_TASKS,
                    "This session runs " + MOST
                            + " tasks already. Wait for one to end, or cancel one with tasks/cancel.");
        }
        beginning++;
    }

    /** The call did not become a task. */
    synchronized void notBegun() {
        beginning--;
    }

    /**
     * Takes up a task.
     *
     * @param state as its server gave it
     * @param lease given back when it is over
     */
    @Nullable
    Task add(Route route, JsonSlice state, Lease lease) {
        return add(route, state, null, lease);
    }

    /**
     * Takes up a task.
     *
     * @param bridged how it is asked about; null if its server knows the words of clients with sessions itself
     */
    synchronized @Nullable Task add(Route route, JsonSlice state, @Nullable BridgedTask bridged, Lease lease) {
        beginning--;
        String original = state.textMember("taskId");
        if (original == null || ended) {
            lease.close();
            return null;
        }
        Task task = new Task(route, original, bridged, state.detached(), lease, clock.getAsLong());
        tasks.put(task.id, task);
        if (tasks.size() > MOST) {
            tasks.values().stream().filter(old -> old.lease == null).findFirst().ifPresent(old -> tasks.remove(old.id));
        }
        note(task, state);
        makeRoomBesides(task);
        return task;
    }

    /** Answers that nobody has fetched take memory: the oldest are forgotten first. */
    private void makeRoomBesides(Task newest) {
        if (newest.kept() == 0) {
            return;
        }
        long kept = tasks.values().stream().mapToLong(Task::kept).sum();
        Iterator<Task> oldest = tasks.values().iterator();
        while (kept > MOST_KEPT && oldest.hasNext()) {
            Task task = oldest.next();
            if (task != newest && task.kept() > 0) {
                kept -= task.kept();
                oldest.remove();
            }
        }
    }

    /** Its server does not know it any more. */
    synchronized void forget(Task task) {
        if (tasks.remove(task.id, task) && task.lease != null) {
            task.lease.close();
        }
    }

    /** The task with this id; null if the client has none, or its time to live has passed. */
    synchronized @Nullable Task find(@Nullable String id) {
        return living(tasks.get(id));
    }

    private @Nullable Task living(@Nullable Task task) {
        if (task == null || !task.isOver(clock.getAsLong())) {
            return task;
        }
        forget(task);
        return null;
    }

    private @Nullable Task find(ServiceName service, String original) {
        for (Task task : tasks.values()) {
            if (task.is(service, original)) {
                Task living = living(task);
                return living == null ? findAwaited(service, original) : living;
            }
        }
        return findAwaited(service, original);
    }

    private @Nullable Task findAwaited(ServiceName service, String original) {
        for (Task task : awaited) {
            if (task.is(service, original)) {
                return task;
            }
        }
        return null;
    }

    /** Somebody waits for its result; {@link #notAwaited} follows. */
    synchronized void awaited(Task task) {
        awaited.add(task);
    }

    synchronized void notAwaited(Task task) {
        awaited.remove(task);
    }

    /** The client's id of the server's task; null if it is not this client's. */
    synchronized @Nullable String exposedId(ServiceName service, @Nullable String original) {
        Task task = original == null ? null : find(service, original);
        return task == null ? null : task.id;
    }

    /** What its server says of a task now, with the client's id in it. */
    synchronized JsonSlice noted(Task task, JsonSlice state) {
        note(task, state.detached());
        return named(task, state);
    }

    /** A state is that of its own task and mentions no other. */
    private static JsonSlice named(Task task, JsonSlice state) {
        return RelatedTask.removedFrom(state).withMember("taskId", JsonText.quote(task.id));
    }

    /** As {@link #noted}; null if its status is what the client could know already. */
    synchronized @Nullable JsonSlice changed(Task task, JsonSlice state) {
        boolean same = Objects.equals(task.latest.textMember("status"), state.textMember("status"));
        JsonSlice exposed = noted(task, state);
        return same ? null : exposed;
    }

    /** It has ended, as its result says. */
    synchronized void ended(Task task, boolean failed) {
        if (!TaskWords.isFinal(task.latest)) {
            note(task, task.latest.withMember("status", JsonText.quote(failed ? "failed" : "completed")));
        }
    }

    private static void note(Task task, JsonSlice state) {
        task.latest = state;
        Lease held = task.lease;
        if (held != null && TaskWords.isFinal(state)) {
            task.lease = null;
            held.close();
        }
    }

    /** Those as last heard of, oldest first, with the client's ids. */
    record Page(List<JsonSlice> states, @Nullable String next) {}

    /**
     * One page of them.
     *
     * @param cursor where the page before ended; null for the first
     * @throws GatewayException if the cursor is not one of this list, or of a task that is forgotten
     */
    synchronized Page states(@Nullable String cursor, int most) {
        forget(clock.getAsLong());
        if (cursor != null && !tasks.containsKey(cursor)) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS,
                    "This cursor is not one of ours, or the task at which the page ended is forgotten. List again from"
                            + " the beginning.");
        }
        List<JsonSlice> states = new ArrayList<>();
        String last = null;
        boolean begun = cursor == null;
        for (Task task : tasks.values()) {
            if (begun && states.size() == most) {
                return new Page(states, last);
            }
            if (begun) {
                states.add(named(task, task.latest));
                last = task.id;
            }
            begun |= task.id.equals(cursor);
        }
        return new Page(states, null);
    }

    /**
     * A message of this server with the client's id of the task that it relates to, and without that of one that the client
     * does not know; the same object if it relates to none.
     */
    Message exposed(ServiceName service, Message message) {
        return RelatedTask.renamedIn(message, original -> exposedId(service, original));
    }

    /** A result of this server, likewise. */
    JsonSlice exposed(ServiceName service, JsonSlice result) {
        return RelatedTask.renamedIn(result, original -> exposedId(service, original));
    }

    /** The client's answer to a server's question, with the server's own id of the task. */
    Message atServer(Message answer) {
        JsonSlice result = answer.get(Field.RESULT);
        JsonSlice renamed = result == null || !result.isObject() ? null : RelatedTask.renamedIn(result, this::original);
        return renamed == null || renamed == result
                ? answer
                : Message.parse(answer.with(Field.RESULT, renamed.toBytes()));
    }

    private synchronized @Nullable String original(String id) {
        Task task = find(id);
        if (task != null) {
            return task.original;
        }
        for (Task waited : awaited) {
            if (waited.id.equals(id)) {
                return waited.original;
            }
        }
        return null;
    }

    /** Forgets those that their servers may have forgotten, so that nothing holds a server awake for ever. */
    synchronized void forget(long now) {
        tasks.values().removeIf(task -> {
            boolean over = task.isOver(now);
            if (over && task.lease != null) {
                task.lease.close();
            }
            return over;
        });
    }

    synchronized void end() {
        ended = true;
        for (Task task : tasks.values()) {
            if (task.lease != null) {
                task.lease.close();
            }
        }
        tasks.clear();
        awaited.clear();
    }
}
