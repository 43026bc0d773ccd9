package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place for one instance of a service, and the state machine that fills and empties it. Instances come and go; the
 * slot stays.
 *
 * <p>Everything but {@link #lease}, {@link #view} and {@link #lastUsed} runs on the service's mailbox, so the fields
 * need no lock. A command either takes effect at once or leaves a wish: {@code waiters} and {@code runners} want it
 * running, {@code stoppers} want it stopped. Whenever an operation has ended, {@link #proceed} looks at the wishes and
 * begins the next one; that is what makes waking single-flight. Results of operations carry the attempt they belong to,
 * so that a late one (after a crash, after a timeout) changes nothing.
 */
final class Slot {
    private static final Logger LOG = LoggerFactory.getLogger(Slot.class);
    /** {@link #lastUsed} before any use. */
    static final long NEVER = Long.MIN_VALUE;
    /** How long a runtime may take beyond what it was granted before it is taken for broken. */
    private static final Duration PLUGIN_PATIENCE = Duration.ofSeconds(20);

    /** What others may see of a slot. */
    record View(
            ServiceState state,
            @Nullable LiveInstance live,
            @Nullable String error) {}

    private final ServiceDefinition service;
    private final LifecycleScope scope;
    private final Mailbox mailbox;
    private final LongSupplier numbers;
    private final SlotListener listener;
    private final BackOff backOff;
    private final IdleWatch idle;
    private final AtomicLong lastUsed = new AtomicLong(NEVER);

    private final List<Waiter> waiters = new ArrayList<>();
    private final List<CompletableFuture<Void>> runners = new ArrayList<>();
    private final List<CompletableFuture<Void>> stoppers = new ArrayList<>();

    private ServiceState state = ServiceState.STOPPED;
    private volatile View view = new View(ServiceState.STOPPED, null, null);
    private @Nullable LiveInstance live;
    private @Nullable InstanceId starting;
    private @Nullable String diedWhileStarting;
    private boolean fallingAsleep;
    private String stopReason = "";
    private long attempt;
    private long awakeSince;
    private Timers.Cancellable retry = () -> {};

    Slot(
            ServiceDefinition service,
            LifecycleScope scope,
            Mailbox mailbox,
            LongSupplier numbers,
            SlotListener listener) {
        this.service = service;
        this.scope = scope;
        this.mailbox = mailbox;
        this.numbers = numbers;
        this.listener = listener;
        this.backOff = new BackOff(scope.settings());
        this.idle = new IdleWatch(service.sleepPolicy(), scope.timers(), mailbox, this::considerSleep);
    }

    // Any thread.

    /** A lease if an instance is awake here; null otherwise. Never waits. */
    @Nullable
    Lease lease() {
        LiveInstance current = view.live();
        return current == null ? null : current.lease();
    }

    View view() {
        return view;
    }

    /** When the last lease ended, on {@link Timers#nanoTime}; {@link #NEVER} before. */
    long lastUsed() {
        return lastUsed.get();
    }

    // Wishes.

    void acquire(Waiter waiter) {
        waiters.add(waiter);
        proceed();
    }

    /** Starts or wakes it; does not wait for a back-off to pass. */
    CompletionStage<Void> run() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        runners.add(done);
        proceed();
        return done;
    }

    /**
     * Ends what is here, whether used or not, and whatever is about to be here.
     *
     * @param toThoseWhoWait null to let them wait for the next start
     */
    CompletionStage<Void> end(String reason, @Nullable GatewayException toThoseWhoWait) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        stoppers.add(done);
        stopReason = reason;
        if (toThoseWhoWait != null) {
            fail(toThoseWhoWait);
        }
        switch (state) {
            case STARTING, WAKING -> change(ServiceState.STOPPING, reason, false);
            case ERROR -> {
                retry.cancel();
                change(ServiceState.STOPPED, reason, false);
            }
            default -> {}
        }
        proceed();
        return done;
    }

    /** Whether nothing is here, nothing is on its way and nobody wants it. */
    boolean vacant() {
        waiters.removeIf(Waiter::gone);
        return (state == ServiceState.STOPPED || state == ServiceState.ERROR)
                && waiters.isEmpty()
                && runners.isEmpty()
                && stoppers.isEmpty();
    }

    long inFlight() {
        return live == null ? 0 : live.gate().inside();
    }

    /** Lets nobody else in, and says whether nobody is inside. Undone by {@link #readmit}. */
    boolean shutDoor() {
        if (live != null) {
            live.gate().shut();
        }
        return inFlight() == 0;
    }

    /** Opens the door again and serves whoever came meanwhile. */
    void readmit() {
        if (state == ServiceState.RUNNING && !fallingAsleep && live != null) {
            live.gate().open();
            proceed();
        }
    }

    /** Tells the mailbox, through {@code emptied}, when the last lease has ended. */
    void watch(boolean wanted) {
        if (live != null) {
            live.watch(wanted);
        }
    }

    /** Puts it to sleep by command. */
    CompletionStage<Void> sleep(Force force) {
        LiveInstance current = live;
        if (state == ServiceState.SLEEPING || (state == ServiceState.STOPPED && waiters.isEmpty())) {
            return CompletableFuture.completedFuture(null);
        }
        if (!sleepable(service)) {
            return refused("it runs " + (service.launch() instanceof Launch.Remote ? "elsewhere" : "inside the gateway")
                    + " and has nothing to put to sleep");
        }
        if (state != ServiceState.RUNNING || fallingAsleep || current == null) {
            return refused("it is " + state.label() + (fallingAsleep ? " and falling asleep" : ""));
        }
        if (force == Force.NO && service.instances().min() > 0) {
            return refused("its policy keeps at least " + service.instances().min() + " instance running. Force it");
        }
        Duration left = idle.untilSleepAllowed(awakeSince, lastUsed.get());
        if (force == Force.NO && !left.isZero()) {
            return refused("min_sleep_time keeps it awake for another " + left.toMillis() + " ms. Wait or force it");
        }
        if (!current.gate().closeIfEmpty()) {
            return refused("calls or streams in flight: " + current.gate().inside() + ". Wait until they have ended");
        }
        return fallAsleep(current, "asked to sleep");
    }

    // The machine.

    /** Looks at the wishes and begins the next operation, unless one is under way. */
    private void proceed() {
        if (fallingAsleep
                || state == ServiceState.STARTING
                || state == ServiceState.WAKING
                || state == ServiceState.STOPPING) {
            return;
        }
        if (!stoppers.isEmpty()) {
            if (live == null) {
                complete(stoppers);
            } else {
                stop(live, stopReason, null, false);
                return;
            }
        }
        waiters.removeIf(Waiter::gone);
        if (waiters.isEmpty() && runners.isEmpty()) {
            return;
        }
        switch (state) {
            case RUNNING -> serve();
            case SLEEPING -> wake();
            case STOPPED -> start("called");
            case ERROR -> retry();
            default -> throw new IllegalStateException("busy in " + state);
        }
    }

    private void serve() {
        complete(runners);
        LiveInstance current = live;
        if (current != null) {
            waiters.removeIf(waiter -> waiter.gone() || waiter.grant(current));
        }
    }

    private void retry() {
        long now = scope.timers().nanoTime();
        long wait = backOff.retryAt() - now;
        if (!runners.isEmpty() || wait <= 0) {
            retry.cancel();
            start("tried again");
            return;
        }
        GatewayException unavailable = new GatewayException(
                ErrorCode.SERVICE_UNAVAILABLE,
                "Service " + service.name() + " failed and is tried again in " + wait / 1_000_000 + " ms. "
                        + view.error());
        waiters.removeIf(waiter -> {
            boolean tooEarly = !waiter.waitsUntil(backOff.retryAt());
            if (tooEarly) {
                waiter.fail(unavailable);
            }
            return tooEarly;
        });
        if (!waiters.isEmpty()) {
            retryAfter(Duration.ofNanos(wait));
        }
    }

    private void retryAfter(Duration wait) {
        retry.cancel();
        retry = scope.timers()
                .schedule(
                        wait,
                        () -> mailbox.tell(() -> {
                            if (state == ServiceState.ERROR
                                    && service.instances().min() > 0) {
                                start("kept running");
                            } else {
                                proceed();
                            }
                        }));
    }

    private void start(String reason) {
        change(ServiceState.STARTING, reason, false);
        long current = ++attempt;
        InstanceId id = new InstanceId(service.name(), numbers.getAsLong());
        starting = id;
        diedWhileStarting = null;
        ServiceRuntime runtime;
        try {
            runtime = scope.runtimes().require(service);
        } catch (GatewayException impossible) {
            startFailed(impossible, Duration.ZERO);
            return;
        }
        Supplier<CompletionStage<?>> work = () -> {
            CompletionStage<Instance> stage = scope.runtimes()
                    .call(
                            runtime.name(),
                            () -> runtime.start(service, id, (who, why) -> mailbox.tell(() -> exited(who, why))));
            stage.whenComplete((instance, failure) -> mailbox.tell(() -> started(current, runtime, instance, failure)));
            return limited(stage, scope.settings().startTimeout(), () -> startTimedOut(current));
        };
        if (!sleepable(service)) {
            // Remote and in-process servers cost nothing to start and never wait behind those that do.
            CompletionStage<?> unused = work.get();
        } else if (!scope.starts().offer(service.priority(), work)) {
            startFailed(overloaded(), Duration.ZERO);
        }
    }

    private void started(long which, ServiceRuntime runtime, @Nullable Instance instance, @Nullable Throwable failure) {
        if (which != attempt) {
            if (instance != null) {
                discard(instance, runtime.name());
            }
            return;
        }
        String died = diedWhileStarting;
        if (instance != null && died == null) {
            LiveInstance arrived = new LiveInstance(
                    service, instance, runtime.name(), scope.timers(), lastUsed, () -> mailbox.tell(this::emptied));
            live = arrived;
            if (state == ServiceState.STOPPING) {
                stopLive(arrived, "stopped while starting", null, false);
                return;
            }
            nowRunning("ready");
        } else if (state == ServiceState.STOPPING) {
            stopped("stopped while starting", null, false);
        } else if (failure != null) {
            startFailed(startFailure(failure), Duration.ZERO);
        } else {
            if (instance != null) {
                discard(instance, runtime.name());
            }
            startFailed(
                    new GatewayException(
                            ErrorCode.SERVICE_START_FAILED,
                            "Service " + service.name() + " ended at once: " + died + "."),
                    Duration.ZERO);
        }
    }

    private void startTimedOut(long which) {
        if (which != attempt) {
            return;
        }
        attempt++;
        if (state == ServiceState.STOPPING) {
            stopped("stopped while starting", null, false);
        } else {
            startFailed(
                    new GatewayException(
                            ErrorCode.SERVICE_START_FAILED,
                            "Service " + service.name() + " was not ready after "
                                    + scope.settings().startTimeout().toMillis()
                                    + " ms. Its log may say why; start_timeout can be raised."),
                    Duration.ZERO);
        }
    }

    private void startFailed(GatewayException failure, Duration ran) {
        starting = null;
        failed(String.valueOf(failure.getMessage()), ran);
        fail(failure);
    }

    /** Goes to {@link ServiceState#ERROR}; whoever waits is left waiting. */
    private void failed(String error, Duration ran) {
        Duration wait = backOff.failed(scope.timers().nanoTime(), ran);
        change(ServiceState.ERROR, error, false);
        LOG.warn("event=service_failed service={} retry_ms={} reason=\"{}\"", service.name(), wait.toMillis(), error);
        if (service.instances().min() > 0) {
            retryAfter(wait);
        }
    }

    private void nowRunning(String reason) {
        awakeSince = scope.timers().nanoTime();
        LiveInstance current = live;
        if (current == null) {
            throw new IllegalStateException("nothing to run in " + service.name());
        }
        current.gate().open();
        change(ServiceState.RUNNING, reason, false);
        proceed();
        watchIdleness();
    }

    private void wake() {
        LiveInstance sleeper = live;
        if (sleeper == null) {
            throw new IllegalStateException("nothing sleeps in " + service.name());
        }
        change(ServiceState.WAKING, "called", false);
        long current = ++attempt;
        boolean queued = scope.wakes().offer(service.priority(), () -> {
            CompletionStage<Void> stage = scope.runtimes().call(sleeper.runtime(), sleeper.instance()::wake);
            stage.whenComplete((done, failure) -> mailbox.tell(() -> woken(current, failure)));
            return limited(
                    stage,
                    PLUGIN_PATIENCE,
                    () -> woken(
                            current, new GatewayException(ErrorCode.INTERNAL, "the runtime did not wake it in time")));
        });
        if (!queued) {
            attempt++;
            change(ServiceState.STOPPING, "too many wakes are waiting", false);
            stopLive(sleeper, "too many wakes are waiting", overloaded().getMessage(), false);
        }
    }

    private void woken(long which, @Nullable Throwable failure) {
        LiveInstance current = live;
        if (which != attempt || current == null) {
            return;
        }
        attempt++;
        if (state == ServiceState.STOPPING) {
            stopLive(current, "stopped while waking", null, false);
        } else if (failure == null) {
            nowRunning("woken");
        } else {
            stop(current, "it could not be woken", "It could not be woken: " + message(failure), false);
        }
    }

    private void considerSleep() {
        LiveInstance current = live;
        if (state != ServiceState.RUNNING || fallingAsleep || current == null) {
            return;
        }
        if (current.gate().inside() > 0) {
            current.watch(true);
            if (current.gate().inside() > 0) {
                return;
            }
        }
        Duration left = idle.untilIdle(awakeSince, lastUsed.get());
        if (!left.isZero()) {
            watchIdleness();
        } else if (current.gate().closeIfEmpty()) {
            fallAsleep(
                    current, "idle for " + service.sleepPolicy().idleTimeout().toSeconds() + " s");
        } else {
            watchIdleness();
        }
    }

    private void emptied() {
        listener.emptied(this);
        if (state == ServiceState.RUNNING && live != null && live.gate().inside() == 0) {
            watchIdleness();
        }
    }

    private void watchIdleness() {
        watch(false);
        if (sleepable(service)
                && service.sleepPolicy().enabled()
                && service.instances().min() == 0) {
            idle.watch(awakeSince, lastUsed.get());
        }
    }

    private CompletionStage<Void> fallAsleep(LiveInstance current, String reason) {
        SleepDepth depth = idle.depthFor(current.instance().depths());
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (depth == SleepDepth.STOP) {
            stoppers.add(done);
            stop(current, reason, null, true);
            return done;
        }
        fallingAsleep = true;
        long which = ++attempt;
        CompletionStage<Void> stage = scope.runtimes()
                .call(current.runtime(), () -> current.instance().sleep(depth));
        limited(
                stage,
                PLUGIN_PATIENCE,
                () -> asleep(which, reason, done, new GatewayException(ErrorCode.INTERNAL, "no answer in time")));
        stage.whenComplete((result, failure) -> mailbox.tell(() -> asleep(which, reason, done, failure)));
        return done;
    }

    private void asleep(long which, String reason, CompletableFuture<Void> done, @Nullable Throwable failure) {
        LiveInstance current = live;
        if (which != attempt || current == null) {
            done.completeExceptionally(illegal("sleep", "it ended meanwhile"));
            return;
        }
        attempt++;
        fallingAsleep = false;
        if (failure == null) {
            change(ServiceState.SLEEPING, reason, true);
            done.complete(null);
        } else {
            LOG.warn("event=sleep_failed service={} reason=\"{}\"", service.name(), message(failure));
            done.completeExceptionally(illegal("sleep", message(failure)));
            awakeSince = scope.timers().nanoTime();
            current.gate().open();
            watchIdleness();
        }
        proceed();
    }

    private void stop(LiveInstance current, String reason, @Nullable String error, boolean asleep) {
        change(ServiceState.STOPPING, reason, asleep);
        stopLive(current, reason, error, asleep);
    }

    /** Ends the instance while already {@link ServiceState#STOPPING}. */
    private void stopLive(LiveInstance current, String reason, @Nullable String error, boolean asleep) {
        current.gate().shut();
        idle.forget();
        long which = ++attempt;
        Duration grace = scope.settings().stopGrace();
        CompletionStage<Void> stage = scope.runtimes()
                .call(current.runtime(), () -> current.instance().stop(grace));
        limited(stage, grace.plus(PLUGIN_PATIENCE), () -> {
            if (which == attempt) {
                LOG.warn("event=stop_unconfirmed instance={}", current.target().instance());
                stopped(reason, error, asleep);
            }
        });
        stage.whenComplete((done, failure) -> mailbox.tell(() -> {
            if (which == attempt) {
                if (failure != null) {
                    LOG.warn(
                            "event=stop_failed instance={} reason=\"{}\"",
                            current.target().instance(),
                            message(failure));
                }
                stopped(reason, error, asleep);
            }
        }));
    }

    private void stopped(String reason, @Nullable String error, boolean asleep) {
        attempt++;
        starting = null;
        LiveInstance gone = live;
        live = null;
        if (gone != null) {
            listener.ended(gone.target().instance(), reason);
        }
        if (error == null) {
            change(ServiceState.STOPPED, reason, asleep);
        } else {
            failed(error, Duration.ZERO);
        }
        complete(stoppers);
        proceed();
    }

    /** The instance ended without having been asked to. */
    private void exited(InstanceId who, String why) {
        LiveInstance current = live;
        if (current == null) {
            if (who.equals(starting)) {
                diedWhileStarting = why;
            }
            return;
        }
        if (!who.equals(current.target().instance()) || state == ServiceState.STOPPING) {
            return;
        }
        attempt++;
        fallingAsleep = false;
        current.gate().shut();
        idle.forget();
        live = null;
        listener.ended(who, why);
        failed(
                "Service " + service.name() + " ended unexpectedly: " + why + ".",
                Duration.ofNanos(scope.timers().nanoTime() - awakeSince));
        proceed();
    }

    // Small things.

    private void change(ServiceState to, String reason, boolean asleep) {
        if (!StateTable.allows(state, to)) {
            throw new IllegalStateException(service.name() + ": " + state + " to " + to + " is not a transition");
        }
        state = to;
        if (to == ServiceState.STARTING || to == ServiceState.STOPPED || to == ServiceState.ERROR) {
            idle.forget();
        }
        view = new View(to, live, to == ServiceState.ERROR ? reason : null);
        listener.changed(this, to, reason, asleep);
    }

    /** A stage that completes with the given one or after the limit, whichever is first; never exceptionally. */
    private CompletionStage<Void> limited(CompletionStage<?> stage, Duration limit, Runnable late) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        Timers.Cancellable timer = scope.timers().schedule(limit, () -> {
            if (over.complete(null)) {
                mailbox.tell(late);
            }
        });
        stage.whenComplete((result, failure) -> {
            if (over.complete(null)) {
                timer.cancel();
            }
        });
        return over;
    }

    private void discard(Instance late, String runtime) {
        scope.runtimes().call(runtime, () -> late.stop(scope.settings().stopGrace()));
    }

    private void complete(List<CompletableFuture<Void>> wishes) {
        List<CompletableFuture<Void>> granted = List.copyOf(wishes);
        wishes.clear();
        granted.forEach(wish -> scope.executor().execute(() -> wish.complete(null)));
    }

    private void fail(GatewayException failure) {
        waiters.forEach(waiter -> waiter.fail(failure));
        waiters.clear();
        List<CompletableFuture<Void>> failed = List.copyOf(runners);
        runners.clear();
        failed.forEach(wish -> scope.executor().execute(() -> wish.completeExceptionally(failure)));
    }

    private GatewayException overloaded() {
        return new GatewayException(
                ErrorCode.SERVICE_UNAVAILABLE,
                "Service " + service.name() + " cannot be started now: too many starts are waiting. Try again later.");
    }

    private GatewayException startFailure(Throwable failure) {
        return GatewayException.unwrap(failure) instanceof GatewayException known
                ? known
                : new GatewayException(
                        ErrorCode.SERVICE_START_FAILED,
                        "Service " + service.name() + " could not be started: " + message(failure),
                        GatewayException.unwrap(failure));
    }

    private <T> CompletionStage<T> refused(String why) {
        return CompletableFuture.failedFuture(illegal("sleep", why));
    }

    private GatewayException illegal(String command, String why) {
        return new GatewayException(
                ErrorCode.ILLEGAL_TRANSITION, "Service " + service.name() + " cannot " + command + ": " + why + ".");
    }

    private static String message(Throwable failure) {
        Throwable cause = GatewayException.unwrap(failure);
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /** Only what runs as a process or container of ours costs anything while idle. */
    static boolean sleepable(ServiceDefinition service) {
        return service.launch() instanceof Launch.Command;
    }
}
