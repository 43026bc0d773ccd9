package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * One caller that waits for a lease, with a deadline of its own. A caller that gives up (cancels its stage) takes no
 * part any more; what it waited for goes on for the others.
 */
final class Waiter {
    private final CompletableFuture<Lease> lease = new CompletableFuture<>();
    private final Executor executor;
    private final Demand demand;
    private volatile Supplier<GatewayException> lateness;

    /**
     * @param kind a call, or somebody who only listens
     * @param lateness makes the failure of a caller whose deadline passes
     */
    Waiter(Demand.Kind kind, Timers timers, Executor executor, Duration patience, Supplier<GatewayException> lateness) {
        this.executor = executor;
        this.lateness = lateness;
        long now = timers.nanoTime();
        this.demand = new Demand(kind, now, now + patience.toNanos());
        Timers.Cancellable timeout = timers.schedule(patience, () -> fail(this.lateness.get()));
        lease().whenComplete((result, failure) -> timeout.cancel());
    }

    /** Replaces what the caller is told if its deadline passes. */
    void explainLateness(Supplier<GatewayException> value) {
        lateness = value;
    }

    CompletionStage<Lease> lease() {
        return lease;
    }

    Demand demand() {
        return demand;
    }

    boolean gone() {
        return lease.isDone();
    }

    /** Whether it would still be waiting at this moment of {@link Timers#nanoTime}. */
    boolean waitsUntil(long moment) {
        return demand.until() - moment > 0;
    }

    /**
     * Hands out a lease, on another thread: what the caller does next must not hold up the mailbox.
     *
     * @return false if the instance takes no leases now; the waiter goes on waiting
     */
    boolean grant(LiveInstance live) {
        Lease granted = live.lease();
        if (granted == null) {
            return false;
        }
        executor.execute(() -> {
            if (!lease.complete(granted)) {
                granted.close();
            }
        });
        return true;
    }

    void fail(GatewayException failure) {
        if (!lease.isDone()) {
            executor.execute(() -> lease.completeExceptionally(failure));
        }
    }
}
