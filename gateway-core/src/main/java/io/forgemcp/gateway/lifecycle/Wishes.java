package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.GatewayException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * What is wanted of a slot while it is busy with something else: leases, running, stopping. Owned by one mailbox; those
 * who wait are told on other threads.
 */
final class Wishes {
    private final Executor executor;
    private final List<Waiter> leases = new ArrayList<>();
    private final List<CompletableFuture<Void>> runs = new ArrayList<>();
    private final List<CompletableFuture<Void>> stops = new ArrayList<>();
    private volatile boolean called;
    private String runReason = "";

    Wishes(Executor executor) {
        this.executor = executor;
    }

    void lease(Waiter waiter) {
        leases.add(waiter);
        called = true;
    }

    /** Whether a call waits for it, as far as is known: one that has just given up may still count. Any thread. */
    boolean called() {
        return called;
    }

    /** Why it is to run, for people. */
    String reason() {
        return leaseWanted() ? "called" : runReason;
    }

    /** @param reason for people */
    CompletionStage<Void> run(String reason) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        runReason = reason;
        runs.add(done);
        return done;
    }

    CompletionStage<Void> stop() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        stops.add(done);
        return done;
    }

    boolean leaseWanted() {
        return waiting() > 0;
    }

    /** How many callers wait for a lease. */
    int waiting() {
        leases.removeIf(Waiter::gone);
        called = !leases.isEmpty();
        return leases.size();
    }

    /** By command, so that no back-off is waited for. */
    boolean runCommanded() {
        return !runs.isEmpty();
    }

    boolean stopWanted() {
        return !stops.isEmpty();
    }

    boolean none() {
        return !leaseWanted() && runs.isEmpty() && stops.isEmpty();
    }

    /** It runs: hands out leases as far as the instance gives any. */
    void serve(LiveInstance live) {
        grant(runs);
        leases.removeIf(waiter -> waiter.gone() || waiter.grant(live));
        called = !leases.isEmpty();
    }

    void stopped() {
        grant(stops);
    }

    /** What those who wait now are told if their deadline passes. */
    void explainLateness(Supplier<GatewayException> explanation) {
        leases.forEach(waiter -> waiter.explainLateness(explanation));
    }

    /** Fails those who would not be waiting any more at that moment. */
    void failImpatient(long moment, GatewayException failure) {
        leases.removeIf(waiter -> {
            boolean impatient = !waiter.waitsUntil(moment);
            if (impatient) {
                waiter.fail(failure);
            }
            return impatient;
        });
    }

    /** Fails everybody who wants it to run. */
    void fail(GatewayException failure) {
        leases.forEach(waiter -> waiter.fail(failure));
        leases.clear();
        called = false;
        List<CompletableFuture<Void>> failed = List.copyOf(runs);
        runs.clear();
        failed.forEach(wish -> executor.execute(() -> wish.completeExceptionally(failure)));
    }

    private void grant(List<CompletableFuture<Void>> wishes) {
        List<CompletableFuture<Void>> granted = List.copyOf(wishes);
        wishes.clear();
        granted.forEach(wish -> executor.execute(() -> wish.complete(null)));
    }
}
