package io.forgemcp.gateway.inprocess;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.protocol.LogLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One call under way, as its handler sees it: whether anybody still waits, and a way to say how far it is. Thread-safe;
 * everything does nothing once the call has been answered.
 */
public final class ToolCall {
    /** Sends a notification to the caller. */
    interface Notifier {
        void notify(String method, ObjectNode params);
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final @Nullable JsonNode progressToken;
    private final Notifier notifier;
    private final Consumer<LogEntry> log;
    private final List<Runnable> onCancel = new ArrayList<>();
    private double lastProgress = Double.NEGATIVE_INFINITY;
    private boolean cancelled;
    private boolean done;

    record LogEntry(LogLevel level, String text) {}

    ToolCall(@Nullable JsonNode progressToken, Notifier notifier, Consumer<LogEntry> log) {
        this.progressToken = progressToken;
        this.notifier = notifier;
        this.log = log;
    }

    /** A call that nobody cancels or watches, for calling a handler in a test. */
    public static ToolCall unwatched() {
        return new ToolCall(null, (method, params) -> {}, entry -> {});
    }

    /** Whether the caller has gone or no longer wants the answer. Long work looks now and then and stops. */
    public boolean isCancelled() {
        lock.lock();
        try {
            return cancelled;
        } finally {
            lock.unlock();
        }
    }

    /** Runs the action once if the call is cancelled, at once if it already is. It must be quick. */
    public void onCancel(Runnable action) {
        lock.lock();
        try {
            if (!cancelled) {
                if (!done) {
                    onCancel.add(action);
                }
                return;
            }
        } finally {
            lock.unlock();
        }
        action.run();
    }

    /**
     * Tells the caller how far the call is, if it asked to be told.
     *
     * @param progress must grow; a value that does not is dropped (MCP 2025-11-25, Progress)
     * @param total of the same unit; null if it is not known
     * @param message for people; null for none
     */
    public void progress(double progress, @Nullable Double total, @Nullable String message) {
        if (progressToken == null) {
            return;
        }
        ObjectNode params = Json.object();
        params.set("progressToken", progressToken);
        params.put("progress", progress);
        if (total != null) {
            params.put("total", total);
        }
        if (message != null) {
            params.put("message", message);
        }
        lock.lock();
        try {
            if (done || cancelled || progress <= lastProgress) {
                return;
            }
            lastProgress = progress;
            // Under the lock, so that nothing overtakes: neither a later progress nor the answer.
            notifier.notify("notifications/progress", params);
        } finally {
            lock.unlock();
        }
    }

    /** Sends a log message to the client, if it wants messages this grave. Never put secrets in it. */
    public void log(LogLevel level, String text) {
        log.accept(new LogEntry(level, text));
    }

    void cancel() {
        List<Runnable> actions;
        lock.lock();
        try {
            if (cancelled || done) {
                return;
            }
            cancelled = true;
            actions = List.copyOf(onCancel);
        } finally {
            lock.unlock();
        }
        actions.forEach(Runnable::run);
    }

    /** Ends the call; whether its answer is still wanted. */
    boolean finish() {
        lock.lock();
        try {
            boolean wanted = !done && !cancelled;
            done = true;
            return wanted;
        } finally {
            lock.unlock();
        }
    }
}
