package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a slot asks of its runtime. Whatever the plugin does, throws, never answers or answers late, each call answers
 * exactly once, on the service's mailbox, and the place in the queue that it held is given back.
 */
final class RuntimeCalls {
    /** How long a runtime may take beyond what it was granted before it is taken for broken. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** To see that all is there takes less; whatever takes longer is a download, and who waits for one leaves its place to others. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final ServiceDefinition service;
    private final LifecycleScope scope;
    private final Mailbox mailbox;
    private final ServiceFailures failures;

    RuntimeCalls(ServiceDefinition service, LifecycleScope scope, Mailbox mailbox) {
        this.service = service;
        this.scope = scope;
        this.mailbox = mailbox;
        this.failures = new ServiceFailures(service.name());
    }

    /**
     * Starts an instance once what it needs is there and it is its turn. One that arrives after the start timeout is stopped
     * here.
     *
     * @param queued false for what costs nothing to start and must not wait behind what does
     * @param entrance through which it has come in, left while something is fetched
     */
    void start(
            Starting begun,
            boolean queued,
            Entrance entrance,
            ServiceRuntime.ExitListener exits,
            BiConsumer<@Nullable Instance, @Nullable Throwable> answer) {
        prepared(begun, entrance, failure -> {
            if (failure != null) {
                answer.accept(null, failure);
            } else if (!queued) {
                CompletionStage<?> unused = run(begun, exits, answer);
            } else if (!scope.starts().offer(service.priority(), entrance::called, () -> run(begun, exits, answer))) {
                mailbox.tell(() -> answer.accept(null, failures.overloaded()));
            }
        });
    }

    /** Begins to fetch what a start would need; a start says what is wrong, if anything is. */
    void fetch() {
        try {
            ServiceRuntime runtime = scope.runtimes().require(service);
            scope.runtimes().call(runtime.name(), () -> runtime.prepare(service));
        } catch (GatewayException impossible) {
            // The start that follows fails with it.
        }
    }

    /**
     * Waits for what is fetched, without a place in the queue or among those who are awake, unless the start is given up. Then it
     * takes its place again, in its turn.
     */
    private void prepared(Starting begun, Entrance entrance, Consumer<@Nullable Throwable> answer) {
        CompletableFuture<Void> ready = scope.runtimes()
                .call(begun.runtime().name(), () -> begun.runtime().prepare(service))
                .toCompletableFuture();
        if (ready.isDone() && !ready.isCompletedExceptionally()) {
            answer.accept(null);
            return;
        }
        Timers.Cancellable leaving = scope.timers()
                .schedule(
                        LOOK,
                        () -> mailbox.tell(() -> {
                            if (!ready.isDone() && !begun.abandoned()) {
                                entrance.stepOut();
                            }
                        }));
        begun.abandonment().thenRun(() -> mailbox.tell(entrance::giveUp));
        Duration limit = scope.settings().startTimeout();
        CompletionStage<?> unused = once(
                CompletableFuture.anyOf(ready, begun.abandonment().toCompletableFuture()),
                limit,
                "cannot be started yet: what it needs has not been fetched after " + limit.toMillis()
                        + " ms. The fetching goes on; call again later",
                (done, failure) -> {
                    leaving.cancel();
                    if (failure != null || begun.abandoned()) {
                        answer.accept(failure);
                    } else {
                        entrance.stepIn(() -> answer.accept(null), answer);
                    }
                },
                late -> {});
    }

    private CompletionStage<?> run(
            Starting begun,
            ServiceRuntime.ExitListener exits,
            BiConsumer<@Nullable Instance, @Nullable Throwable> answer) {
        ServiceRuntime runtime = begun.runtime();
        Duration limit = scope.settings().startTimeout();
        CompletionStage<Instance> stage = begun.abandoned()
                ? CompletableFuture.failedFuture(failures.unavailable("was stopped"))
                : scope.runtimes().call(runtime.name(), () -> runtime.start(service, begun.id(), exits));
        return once(
                stage,
                limit,
                "was not ready after " + limit.toMillis() + " ms. Its log may say why; start_timeout can be raised",
                answer,
                late -> scope.runtimes()
                        .call(runtime.name(), () -> late.stop(scope.settings().stopGrace())));
    }

    /** Asks which instances an earlier gateway left behind. Those that are found too late are left alone. */
    void adopt(
            ServiceRuntime runtime,
            Supplier<InstanceId> ids,
            ServiceRuntime.ExitListener exits,
            BiConsumer<@Nullable List<ServiceRuntime.Adopted>, @Nullable Throwable> answer) {
        CompletionStage<?> unused = once(
                scope.runtimes().call(runtime.name(), () -> runtime.adopt(service, ids, exits)),
                PATIENCE,
                "could not be looked for in time",
                answer,
                late -> {});
    }

    /**
     * Wakes an instance when it is its turn.
     *
     * @param called whether a call waits for it
     * @return false if too many wait; then there is no answer
     */
    boolean wake(LiveInstance live, BooleanSupplier called, Consumer<@Nullable Throwable> answer) {
        return scope.wakes()
                .offer(
                        service.priority(),
                        called,
                        () -> once(
                                scope.runtimes().call(live.runtime(), live.instance()::wake),
                                PATIENCE,
                                "was not woken in time",
                                (done, failure) -> answer.accept(failure),
                                late -> {}));
    }

    /**
     * Finds out how long a wake really took: until the server gives a sign of life, which after a deep sleep is later than
     * the runtime's answer.
     *
     * @param from how deeply it slept; null if that is not known, then nothing is measured
     * @param since when the wake began, on {@link Timers#nanoTime}
     */
    void measureWake(LiveInstance live, @Nullable SleepDepth from, long since, DepthBook book) {
        if (from == null) {
            return;
        }
        Duration answered = Duration.ofNanos(scope.timers().nanoTime() - since);
        HealthProbe probe = scope.controls().probe();
        if (probe == null || from == SleepDepth.FREEZE) {
            book.woken(from, answered);
            return;
        }
        scope.runtimes().call("probe", () -> probe.check(live.target())).whenComplete((well, failure) -> {
            Duration alive = Duration.ofNanos(scope.timers().nanoTime() - since);
            mailbox.tell(() -> book.woken(from, failure == null ? alive : answered));
        });
    }

    /** @param late told if it has fallen asleep after the answer was that it does not */
    void sleep(LiveInstance live, SleepDepth depth, Consumer<@Nullable Throwable> answer, Runnable late) {
        CompletionStage<?> unused = once(
                scope.runtimes()
                        .call(live.runtime(), () -> live.instance().sleep(depth))
                        .thenApply(asleep -> live),
                PATIENCE,
                "was not put to sleep in time",
                (done, failure) -> answer.accept(failure),
                asleep -> mailbox.tell(late));
    }

    void stop(LiveInstance live, Consumer<@Nullable Throwable> answer) {
        Duration grace = scope.settings().stopGrace();
        CompletionStage<?> unused = once(
                scope.runtimes().call(live.runtime(), () -> live.instance().stop(grace)),
                grace.plus(PATIENCE),
                "was not seen to end in time",
                (done, failure) -> answer.accept(failure),
                late -> {});
    }

    private <T> CompletionStage<Void> once(
            CompletionStage<T> stage,
            Duration limit,
            String lateness,
            BiConsumer<@Nullable T, @Nullable Throwable> answer,
            Consumer<T> late) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        Timers.Cancellable timer = scope.timers().schedule(limit, () -> {
            if (over.complete(null)) {
                GatewayException tooLate = new GatewayException(
                        ErrorCode.SERVICE_START_FAILED, "Service " + service.name() + " " + lateness + ".");
                mailbox.tell(() -> answer.accept(null, tooLate));
            }
        });
        stage.whenComplete((result, failure) -> {
            if (over.complete(null)) {
                timer.cancel();
                mailbox.tell(() -> answer.accept(result, failure));
            } else if (result != null) {
                late.accept(result);
            }
        });
        return over;
    }
}
