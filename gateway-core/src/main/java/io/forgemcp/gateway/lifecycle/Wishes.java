package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.GatewayException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted of a slot while it is busy with something else: leases, running, stopping. Owned by one mailbox; those
 * who wait are told on other threads.
 */
final class Wishes {
    /** An order that is to be told when it has been followed. */
    private record Run(CompletableFuture<Void> done, Demand demand) {}

    private final LifecycleScope scope;
    private final List<Waiter> leases = new ArrayList<>();
    private final List<Run> runs = new ArrayList<>();
    private final List<CompletableFuture<Void>> stops = new ArrayList<>();
    private volatile @Nullable Demand demand;
    private String runReason = "";

    Wishes(LifecycleScope scope) {
        this.scope = scope;
    }

    void lease(Waiter waiter) {
        leases.add(waiter);
        demand = waiter.demand().and(demand);
    }

    /**
     * For whom it is to run, as far as is known: who has just given up may still count; null if for nobody. Any thread.
     */
    @Nullable
    Demand demand() {
        return demand;
    }

    /** Whether a call waits for it, as far as is known. Any thread. */
    boolean called() {
        Demand now = demand;
        return now != null && now.kind() == Demand.Kind.CALL;
    }

    private void count() {
        Demand all = null;
        for (Waiter waiter : leases) {
            all = waiter.demand().and(all);
        }
        for (Run run : runs) {
            all = run.demand().and(all);
        }
        demand = all;
    }

    /** Why it is to run, for people. */
    String reason() {
        boolean leases = leaseWanted();
        return called() ? "called" : leases && runs.isEmpty() ? "listened to" : runReason;
    }

    /** @param reason for people */
    CompletionStage<Void> run(String reason) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        runReason = reason;
        long now = scope.timers().nanoTime();
        Run run = new Run(
                done,
                new Demand(
                        Demand.Kind.ORDER,
                        now,
                        now + scope.controls().sleep().wakeTimeout().toNanos()));
        runs.add(run);
        demand = run.demand().and(demand);
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
        if (leases.removeIf(Waiter::gone)) {
            count();
        }
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
        List<CompletableFuture<Void>> running = takeRuns();
        leases.removeIf(waiter -> waiter.gone() || waiter.grant(live));
        count();
        grant(running);
    }

    void stopped() {
        List<CompletableFuture<Void>> stopped = List.copyOf(stops);
        stops.clear();
        grant(stopped);
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
        List<CompletableFuture<Void>> failed = takeRuns();
        count();
        failed.forEach(wish -> scope.executor().execute(() -> wish.completeExceptionally(failure)));
    }

    private List<CompletableFuture<Void>> takeRuns() {
        List<CompletableFuture<Void>> taken = runs.stream().map(Run::done).toList();
        runs.clear();
        return taken;
    }

    private void grant(List<CompletableFuture<Void>> wishes) {
        wishes.forEach(wish -> scope.executor().execute(() -> wish.complete(null)));
    }
}
