package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place for one instance of a service, and the state machine that fills and empties it. Instances come and go; the
 * slot stays.
 *
 * <p>Everything but {@link #lease}, {@link #view}, {@link #retiring} and {@link #lastUsed} runs on the service's mailbox, so the fields
 * need no lock. A command either takes effect at once or leaves a {@link Wishes wish}. Whenever an operation has
 * ended, {@link #proceed} looks at the wishes and begins the next one; that is what makes waking single-flight. An
 * answer of the runtime about an instance that has crashed meanwhile changes nothing.
 */
final class Slot {
    private static final Logger LOG = LoggerFactory.getLogger(Slot.class);
    /** {@link #lastUsed} before any use. */
    static final long NEVER = Long.MIN_VALUE;

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
    private final ServiceFailures failures;
    private final RuntimeCalls calls;
    private final Wishes wishes;
    private final BackOff backOff;
    private final IdleWatch idle;
    private final AtomicLong lastUsed = new AtomicLong(NEVER);

    private ServiceState state = ServiceState.STOPPED;
    private volatile View view = new View(ServiceState.STOPPED, null, null);
    private @Nullable LiveInstance live;
    private @Nullable Starting starting;
    private boolean fallingAsleep;
    private volatile boolean retiring;
    private String stopReason = "";
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
        this.failures = new ServiceFailures(service.name());
        this.calls = new RuntimeCalls(service, scope, mailbox);
        this.wishes = new Wishes(scope.executor());
        this.backOff = new BackOff(scope.settings());
        this.idle = new IdleWatch(service.sleepPolicy(), scope.timers(), mailbox, this::considerSleep);
    }

    /** A lease if an instance is awake here; null otherwise. Any thread; never waits. */
    @Nullable
    Lease lease() {
        LiveInstance current = view.live();
        return current == null ? null : current.lease();
    }

    /** Any thread. */
    View view() {
        return view;
    }

    /** When the last lease ended, on {@link Timers#nanoTime}; {@link #NEVER} before. Any thread. */
    long lastUsed() {
        return lastUsed.get();
    }

    void acquire(Waiter waiter) {
        keep();
        wishes.lease(waiter);
        proceed();
    }

    /** Starts or wakes it; does not wait for a back-off to pass. */
    CompletionStage<Void> run() {
        keep();
        CompletionStage<Void> done = wishes.run();
        proceed();
        return done;
    }

    /**
     * Ends what is here, whether used or not, and whatever is about to be here.
     *
     * @param toThoseWhoWait null to let them wait for the next start
     */
    CompletionStage<Void> end(String reason, @Nullable GatewayException toThoseWhoWait) {
        CompletionStage<Void> done = wishes.stop();
        stopReason = reason;
        if (toThoseWhoWait != null) {
            wishes.fail(toThoseWhoWait);
        }
        switch (state) {
            case STARTING -> {
                change(ServiceState.STOPPING, reason, false);
                if (starting != null) {
                    starting.abandon(scope.runtimes());
                }
            }
            case WAKING -> change(ServiceState.STOPPING, reason, false);
            case ERROR -> change(ServiceState.STOPPED, reason, false);
            default -> {}
        }
        proceed();
        return done;
    }

    /** Whether nobody waits for it. */
    boolean unwanted() {
        return wishes.none();
    }

    /** Whether nothing is here, nothing is on its way and nobody wants it. */
    boolean vacant() {
        return (state == ServiceState.STOPPED || state == ServiceState.ERROR) && wishes.none();
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

    /** Whether it runs or is about to. */
    boolean awake() {
        return state == ServiceState.RUNNING || state == ServiceState.STARTING || state == ServiceState.WAKING;
    }

    /** Whether it runs and is going to. */
    boolean available() {
        return state == ServiceState.RUNNING && !fallingAsleep && !retiring;
    }

    /** How many callers wait for it. */
    int waiting() {
        return wishes.waiting();
    }

    /** Whether it is being taken away. Any thread. */
    boolean retiring() {
        return retiring;
    }

    /** Whether it is being taken away and still has calls in flight. */
    boolean draining() {
        return retiring && state == ServiceState.RUNNING;
    }

    /** Takes the instance away: at once if nobody is inside, else when the last one has left. */
    void retire(String reason) {
        retiring = true;
        stopReason = reason;
        watch(true);
        endIfRetired();
    }

    /** Ends an instance that is being taken away and that nobody uses any more. */
    void endIfRetired() {
        if (retiring && !wishes.stopWanted() && shutDoor()) {
            CompletionStage<Void> unused = end(stopReason, null);
        }
    }

    /** It is not taken away after all. */
    void keep() {
        if (retiring) {
            retiring = false;
            readmit();
        }
    }

    /** Opens the door again and serves whoever came meanwhile. */
    void readmit() {
        if (available() && live != null) {
            live.gate().open();
            proceed();
        }
    }

    /** Whether the end of the last lease is told to the listener. */
    void watch(boolean wanted) {
        if (live != null) {
            live.watch(wanted);
        }
    }

    /** Puts it to sleep by command. */
    CompletionStage<Void> sleep(Force force) {
        LiveInstance current = live;
        if (state == ServiceState.SLEEPING || (state == ServiceState.STOPPED && wishes.none())) {
            return CompletableFuture.completedFuture(null);
        }
        if (!sleepable(service)) {
            String where = service.launch() instanceof Launch.Remote ? "elsewhere" : "inside the gateway";
            return failures.refused("sleep", "it runs " + where + " and has nothing to put to sleep");
        }
        if (state != ServiceState.RUNNING || fallingAsleep || current == null) {
            return failures.refused("sleep", "it is " + (fallingAsleep ? "falling asleep" : state.label()));
        }
        Optional<String> objection = force == Force.NO
                ? idle.objection(service.instances(), listener.enoughWithout(this), awakeSince, lastUsed.get())
                : Optional.empty();
        if (objection.isPresent()) {
            return failures.refused("sleep", objection.get());
        }
        if (!current.gate().closeIfEmpty()) {
            return failures.refused(
                    "sleep", "calls or streams in flight: " + current.gate().inside() + ". Wait until they have ended");
        }
        return fallAsleep(current, "asked to sleep");
    }

    /** Looks at the wishes and begins the next operation, unless one is under way. */
    private void proceed() {
        if (fallingAsleep
                || state == ServiceState.STARTING
                || state == ServiceState.WAKING
                || state == ServiceState.STOPPING) {
            return;
        }
        if (wishes.stopWanted()) {
            if (live != null) {
                change(ServiceState.STOPPING, stopReason, false);
                stop(live, stopReason, null, false);
                return;
            }
            wishes.stopped();
        }
        if (!wishes.none()) {
            switch (state) {
                case RUNNING -> wishes.serve(require(live));
                case SLEEPING -> wake(require(live));
                case STOPPED -> start("called");
                case ERROR -> retry();
                default -> throw new IllegalStateException("busy in " + state);
            }
        }
    }

    private void retry() {
        Duration wait = Duration.ofNanos(backOff.retryAt() - scope.timers().nanoTime());
        if (wishes.runCommanded() || wait.isNegative() || wait.isZero()) {
            start("tried again");
            return;
        }
        wishes.failImpatient(backOff.retryAt(), failures.resting(wait, String.valueOf(view.error())));
        if (wishes.leaseWanted()) {
            retryAfter(wait);
        }
    }

    private void retryAfter(Duration wait) {
        retry.cancel();
        retry = scope.timers().schedule(wait, () -> mailbox.tell(this::backOffPassed));
    }

    private void backOffPassed() {
        if (state == ServiceState.ERROR && !listener.enoughWithout(this)) {
            start("kept running");
        } else {
            proceed();
        }
    }

    private void start(String reason) {
        retry.cancel();
        change(ServiceState.STARTING, reason, false);
        ServiceRuntime runtime;
        try {
            runtime = scope.runtimes().require(service);
        } catch (GatewayException impossible) {
            startFailed(impossible);
            return;
        }
        Starting begun = new Starting(new InstanceId(service.name(), numbers.getAsLong()), runtime);
        starting = begun;
        boolean accepted = calls.start(
                runtime,
                begun.id(),
                sleepable(service),
                begun::abandoned,
                (who, why) -> mailbox.tell(() -> exited(who, why)),
                (instance, failure) -> started(begun, instance, failure));
        if (!accepted) {
            startFailed(failures.overloaded());
        }
    }

    private void started(Starting begun, @Nullable Instance instance, @Nullable Throwable failure) {
        starting = null;
        LiveInstance arrived = instance == null
                ? null
                : new LiveInstance(
                        service,
                        instance,
                        begun.runtime().name(),
                        scope.timers(),
                        lastUsed,
                        () -> mailbox.tell(this::emptied));
        live = arrived;
        if (state == ServiceState.STOPPING) {
            if (arrived == null) {
                stopped("stopped while starting", null, false);
            } else {
                stop(arrived, "stopped while starting", null, false);
            }
        } else if (arrived == null) {
            startFailed(failures.startFailed(
                    failure == null ? new IllegalStateException("the runtime gave no instance") : failure));
        } else {
            nowRunning(arrived, "ready");
            if (begun.died() != null) {
                exited(begun.id(), begun.died());
            }
        }
    }

    private void startFailed(GatewayException failure) {
        failed(String.valueOf(failure.getMessage()), Duration.ZERO);
        wishes.fail(failure);
    }

    /** Goes to {@link ServiceState#ERROR}; whoever waits is left waiting. */
    private void failed(String error, Duration ran) {
        Duration wait = backOff.failed(scope.timers().nanoTime(), ran);
        change(ServiceState.ERROR, error, false);
        LOG.warn("event=service_failed service={} retry_ms={} reason=\"{}\"", service.name(), wait.toMillis(), error);
        if (!retiring && !listener.enoughWithout(this)) {
            retryAfter(wait);
        }
    }

    private void nowRunning(LiveInstance current, String reason) {
        awakeSince = scope.timers().nanoTime();
        current.gate().open();
        change(ServiceState.RUNNING, reason, false);
        proceed();
        watchIdleness();
    }

    private void wake(LiveInstance sleeper) {
        change(ServiceState.WAKING, "called", false);
        if (!calls.wake(sleeper, failure -> woken(sleeper, failure))) {
            woken(sleeper, failures.overloaded());
        }
    }

    private void woken(LiveInstance sleeper, @Nullable Throwable failure) {
        if (live != sleeper) {
            return;
        }
        if (state == ServiceState.STOPPING) {
            stop(sleeper, "stopped while waking", null, false);
        } else if (failure == null) {
            nowRunning(sleeper, "woken");
        } else {
            change(ServiceState.STOPPING, "it could not be woken", false);
            stop(
                    sleeper,
                    "it could not be woken",
                    "Service " + service.name() + " could not be woken: " + ServiceFailures.reason(failure),
                    false);
        }
    }

    private void considerSleep() {
        LiveInstance current = live;
        if (state != ServiceState.RUNNING || fallingAsleep || current == null) {
            return;
        }
        if (current.gate().inside() > 0) {
            current.watch(true);
            // Looked at again: the last one may have left just before the watch began.
            if (current.gate().inside() > 0) {
                return;
            }
        }
        if (!listener.enoughWithout(this)) {
            idle.watchAgain();
        } else if (idle.untilIdle(awakeSince, lastUsed.get()).isZero()
                && current.gate().closeIfEmpty()) {
            CompletionStage<Void> unused = fallAsleep(
                    current, "idle for " + service.sleepPolicy().idleTimeout().toSeconds() + " s");
        } else {
            watchIdleness();
        }
    }

    private void emptied() {
        listener.emptied(this);
        if (state == ServiceState.RUNNING && inFlight() == 0) {
            watchIdleness();
        }
    }

    private void watchIdleness() {
        watch(false);
        if (sleepable(service)
                && service.sleepPolicy().enabled()
                && service.instances().min() < service.instances().max()) {
            idle.watch(awakeSince, lastUsed.get());
        }
    }

    /** The gate is closed and nobody is inside. */
    private CompletionStage<Void> fallAsleep(LiveInstance current, String reason) {
        SleepDepth depth = idle.depthFor(current.instance().depths());
        if (depth == SleepDepth.STOP) {
            CompletionStage<Void> done = wishes.stop();
            change(ServiceState.STOPPING, reason, true);
            stop(current, reason, null, true);
            return done;
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        fallingAsleep = true;
        calls.sleep(current, depth, failure -> asleep(current, reason, done, failure));
        return done;
    }

    private void asleep(
            LiveInstance current, String reason, CompletableFuture<Void> done, @Nullable Throwable failure) {
        if (live != current) {
            done.completeExceptionally(failures.illegal("sleep", "it ended meanwhile"));
            return;
        }
        fallingAsleep = false;
        if (failure == null) {
            change(ServiceState.SLEEPING, reason, true);
            done.complete(null);
        } else {
            String why = ServiceFailures.reason(failure);
            LOG.warn("event=sleep_failed service={} reason=\"{}\"", service.name(), why);
            done.completeExceptionally(failures.illegal("sleep", why));
            awakeSince = scope.timers().nanoTime();
            current.gate().open();
            watchIdleness();
        }
        proceed();
    }

    /**
     * Ends the instance; the state is {@link ServiceState#STOPPING} already.
     *
     * @param error why the slot is in {@link ServiceState#ERROR} afterwards; null if it is then simply stopped
     */
    private void stop(LiveInstance current, String reason, @Nullable String error, boolean asleep) {
        current.gate().shut();
        calls.stop(current, failure -> {
            if (failure != null) {
                LOG.warn(
                        "event=stop_unconfirmed instance={} reason=\"{}\"",
                        current.target().instance(),
                        ServiceFailures.reason(failure));
            }
            live = null;
            listener.ended(this, current.target().instance(), reason);
            stopped(reason, error, asleep);
        });
    }

    private void stopped(String reason, @Nullable String error, boolean asleep) {
        if (error == null) {
            change(ServiceState.STOPPED, reason, asleep);
        } else {
            failed(error, Duration.ZERO);
        }
        wishes.stopped();
        proceed();
    }

    /** The instance ended without having been asked to. */
    private void exited(InstanceId who, String why) {
        LiveInstance current = live;
        if (current == null) {
            if (starting != null && who.equals(starting.id())) {
                starting.died(why);
            }
            return;
        }
        if (!who.equals(current.target().instance()) || state == ServiceState.STOPPING) {
            return;
        }
        fallingAsleep = false;
        current.gate().shut();
        live = null;
        listener.ended(this, who, why);
        failed(
                "Service " + service.name() + " ended unexpectedly: " + why + ".",
                Duration.ofNanos(scope.timers().nanoTime() - awakeSince));
        proceed();
    }

    private void change(ServiceState to, String reason, boolean asleep) {
        if (!StateTable.allows(state, to)) {
            throw new IllegalStateException(service.name() + ": " + state + " to " + to + " is not a transition");
        }
        state = to;
        if (to != ServiceState.RUNNING) {
            idle.forget();
        }
        if (to != ServiceState.ERROR) {
            retry.cancel();
        }
        view = new View(to, live, to == ServiceState.ERROR ? reason : null);
        listener.changed(this, to, reason, asleep);
    }

    private static LiveInstance require(@Nullable LiveInstance instance) {
        if (instance == null) {
            throw new IllegalStateException("no instance where the state says there is one");
        }
        return instance;
    }

    /** Only what runs as a process or container of ours costs anything while idle. */
    static boolean sleepable(ServiceDefinition service) {
        return service.launch() instanceof Launch.Command;
    }
}
