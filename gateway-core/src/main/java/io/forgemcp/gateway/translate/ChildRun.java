package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.transport.ChannelListener;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The life of one child on a {@link ChildLink}. Its end shows twice, as the end of its output and as an exit with a
 * status; the first is needed to have heard its last message, the second to say how it ended, so both are waited for, but
 * not for long. Thread-safe.
 */
final class ChildRun implements ChannelListener, ServiceRuntime.ExitListener {
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final ChildLink link;
    private final Timers timers;
    private Children.@Nullable Child child;
    private @Nullable String exit;
    private boolean outputEnded;
    private boolean told;
    private boolean proven;
    private boolean over;
    private long since;

    ChildRun(ChildLink link, Timers timers) {
        this.link = link;
        this.timers = timers;
    }

    synchronized void child(Children.Child started) {
        child = started;
        since = timers.nanoTime();
    }

    synchronized Children.Child require() {
        if (child == null) {
            throw new IllegalStateException("The child has not been started");
        }
        return child;
    }

    synchronized boolean started() {
        return child != null;
    }

    /** It has answered something that a client asked. */
    synchronized void prove() {
        proven = true;
    }

    synchronized boolean proven() {
        return proven;
    }

    synchronized boolean livedFor(Duration time) {
        return child != null && timers.nanoTime() - since >= time.toNanos();
    }

    /** Ends what is left of it. Idempotent. */
    CompletionStage<Void> end() {
        Children.Child started;
        synchronized (this) {
            over = true;
            started = child;
        }
        return started == null ? CompletableFuture.completedFuture(null) : started.end();
    }

    @Override
    public void onMessage(Message message) {
        link.received(this, message);
    }

    @Override
    public void onClosed(GatewayException reason) {
        ended(null, true);
    }

    @Override
    public void exited(InstanceId id, String reason) {
        ended(reason, false);
    }

    private void ended(@Nullable String status, boolean output) {
        boolean first;
        boolean complete;
        synchronized (this) {
            if (over) {
                return;
            }
            first = !outputEnded && exit == null;
            outputEnded |= output;
            exit = status == null ? exit : status;
            complete = outputEnded && exit != null;
        }
        if (first) {
            link.ending(this);
            if (!complete) {
                timers.schedule(PATIENCE, this::tell);
            }
        }
        if (complete) {
            tell();
        }
    }

    private void tell() {
        String how;
        synchronized (this) {
            if (told || over) {
                return;
            }
            told = true;
            how = exit == null ? "closed its output" : "ended (" + exit + ")";
        }
        link.lost(
                this,
                new GatewayException(
                        ErrorCode.OUTCOME_UNKNOWN,
                        "The server " + how + ". What was under way may or may not have run and is not repeated;"
                                + " a new server is being started."));
    }
}
