package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that listening clients have named ({@code notifications/tasks} of the tasks extension). Each is asked for its
 * state in the name of one of them, as often as its server wishes, until it has ended or nobody listens any more; all of
 * them hear when it changes, and once how it stands when they begin to listen. Thread-safe; never blocks.
 */
final class TaskWatches implements AutoCloseable {
    private static final Duration USUAL_PAUSE = Duration.ofSeconds(1);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);
    /** What may differ without a change of the task. */
    private static final Set<String> BESIDE = Set.of("lastUpdatedAt", "pollIntervalMs");

    private final TaskLook look;
    private final Timers timers;
    private final Map<TaskTable.Task, Watch> watches = new HashMap<>();
    private boolean closed;

    TaskWatches(TaskLook look, Timers timers) {
        this.look = look;
        this.timers = timers;
    }

    /**
     * Begins to tell a client.
     *
     * @param request by which it listens
     * @param told hears states as {@code tasks/get} would tell them, under the client's ids
     */
    void add(ModernRequest request, List<TaskTable.Task> named, Consumer<JsonSlice> told) {
        for (TaskTable.Task task : named) {
            Watch watch;
            boolean first;
            JsonSlice known;
            synchronized (this) {
                if (closed) {
                    return;
                }
                watch = watches.computeIfAbsent(task, Watch::new);
                first = watch.listeners.isEmpty();
                watch.listeners.put(told, request);
                known = watch.last;
            }
            if (first) {
                watch.look();
            } else if (known != null) {
                told.accept(known);
            }
        }
    }

    /** It has stopped listening. */
    synchronized void remove(Consumer<JsonSlice> told) {
        watches.values().removeIf(watch -> {
            watch.listeners.remove(told);
            return watch.listeners.isEmpty() && watch.stop();
        });
    }

    @Override
    public synchronized void close() {
        closed = true;
        watches.values().forEach(Watch::stop);
        watches.clear();
    }

    /** One task, and who wants to hear of it. */
    private final class Watch implements TaskLook.Seen {
        private final TaskTable.Task task;
        private final Map<Consumer<JsonSlice>, ModernRequest> listeners = new ConcurrentHashMap<>(2);
        private @Nullable JsonSlice last;
        private Timers.@Nullable Cancellable timer;

        private Watch(TaskTable.Task task) {
            this.task = task;
        }

        /** Always true. */
        private boolean stop() {
            if (timer != null) {
                timer.cancel();
            }
            return true;
        }

        private void look() {
            listeners.values().stream().findFirst().ifPresent(request -> look.at(task, request, this));
        }

        @Override
        public void state(JsonSlice state) {
            boolean changed;
            synchronized (TaskWatches.this) {
                JsonSlice before = last;
                last = state;
                changed = before == null
                        || !before.without(BESIDE)
                                .toString()
                                .equals(state.without(BESIDE).toString());
            }
            if (changed) {
                listeners.keySet().forEach(told -> told.accept(state));
            }
            if (TaskTable.isFinal(state)) {
                gone();
            } else {
                later(pause(state));
            }
        }

        private Duration pause(JsonSlice state) {
            JsonSlice wish = state.member("pollIntervalMs");
            double millis = wish == null || !wish.isNumber() ? USUAL_PAUSE.toMillis() : Double.parseDouble(wish.text());
            return Duration.ofMillis(
                    (long) Math.max(SHORTEST_PAUSE.toMillis(), Math.min(LONGEST_PAUSE.toMillis(), millis)));
        }

        private void later(Duration pause) {
            synchronized (TaskWatches.this) {
                if (watches.get(task) == this) {
                    timer = timers.schedule(pause, this::look);
                }
            }
        }

        @Override
        public void gone() {
            synchronized (TaskWatches.this) {
                watches.remove(task, this);
            }
        }

        @Override
        public void failed() {
            later(AFTER_FAILURE);
        }
    }
}
