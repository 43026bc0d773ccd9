package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How long a handshake may take. Each call that waits for it has its own time; when one gives up it goes on for those that
 * came later: once, so that a server that is called again and again and says nothing is given up all the same. Thread-safe.
 */
final class HandshakeDeadline {
    private final ServiceName service;
    private final Timers timers;
    private final Consumer<Duration> passed;
    private Timers.@Nullable Cancellable timer;
    private boolean over;
    private long latest;

    /** @param passed told how long was waited when it is over */
    HandshakeDeadline(ServiceName service, Timers timers, Consumer<Duration> passed) {
        this.service = service;
        this.timers = timers;
        this.passed = passed;
        this.latest = timers.nanoTime();
    }

    synchronized void begin(Duration limit) {
        if (!over) {
            timer = timers.schedule(limit, () -> firstPassed(limit));
        }
    }

    private void firstPassed(Duration limit) {
        Duration more;
        synchronized (this) {
            more = Duration.ofNanos(Math.max(0, latest - timers.nanoTime()));
            if (!over && !more.isZero()) {
                timer = timers.schedule(more, () -> passed.accept(limit.plus(more)));
                return;
            }
        }
        passed.accept(limit);
    }

    /** A call waits for the handshake, for as long as it says. */
    void waits(PendingCall call, Readiness ready) {
        long left;
        synchronized (this) {
            if (over) {
                return;
            }
            left = ready.by() - timers.nanoTime();
            if (ready.by() - latest > 0) {
                latest = ready.by();
            }
        }
        timers.schedule(Duration.ofNanos(Math.max(0, left)), () -> {
            if (!isOver()) {
                call.onNoSession(tooLate(call, ready));
            }
        });
    }

    private GatewayException tooLate(PendingCall call, Readiness ready) {
        return new GatewayException(
                ErrorCode.WAKE_TIMEOUT,
                "Service \"" + service + "\" did not finish the MCP handshake within "
                        + ready.time().toMillis() + " ms, its start included, so " + call.what()
                        + " was not sent. Raise wake_timeout if it is only slow to come up; else check that its command or"
                        + " URL is an MCP server.");
    }

    private synchronized boolean isOver() {
        return over;
    }

    /** The handshake has ended, one way or the other. */
    synchronized void callOff() {
        over = true;
        Timers.Cancellable current = timer;
        if (current != null) {
            current.cancel();
        }
    }
}
