package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place for one instance of a service, and the state machine that fills and empties it. Instances come and go; the
 * slot stays.
 *
 * <p>Everything but {@link #lease}, {@link #depth} and what {@link SlotState} allows runs on the
 * service's mailbox, so the fields need no lock. A command either takes effect at once or leaves a {@link Wishes wish}. Whenever an
 * operation has ended, {@link #proceed} looks at the wishes and begins the next one; that is what makes waking
 * single-flight. An answer of the runtime about an instance that has crashed meanwhile changes nothing.
 */
final class Slot implements Sleeper.Listener, Bedtime.Host, HealthWatch.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Slot.class);
    private final ServiceDefinition service;
    private final LifecycleScope scope;
    private final Mailbox mailbox;
    private final Supplier<InstanceId> ids;
    private final SlotListener listener;
    private final ServiceFailures failures;
    private final RuntimeCalls calls;
    private final DepthBook depths;
    private final Wishes wishes;
    private final BackOff backOff;
    private final Sleeper sleeper;
    private final Entrance entrance;
    private final SlotState here;
    private final Bedtime bedtime;
    private final HealthWatch health;
    private @Nullable Starting starting;
    private boolean revive;
    private String stopReason = "";

    Slot(SlotContext shared) {
        this.service = shared.service();
        this.scope = shared.scope();
        this.mailbox = shared.mailbox();
        this.ids = shared.ids();
        this.listener = shared.listener();
        this.calls = shared.calls();
        this.depths = shared.depths();
        this.failures = new ServiceFailures(service.name());
        this.wishes = new Wishes(scope);
        this.backOff = new BackOff(scope.settings(), scope.timers(), mailbox, this::backOffPassed);
        this.sleeper = new Sleeper(service, scope, mailbox, calls, depths, this);
        this.entrance = new Entrance(
                service, scope.admission(), mailbox, wishes::demand, this::stepOver, wishes::fail, calls::fetch);
        this.here = new SlotState(service, scope.timers());
        this.bedtime = new Bedtime(shared, here, sleeper, this);
        this.health = new HealthWatch(service, scope, mailbox, this);
    }

    /** A lease if an instance is awake here; null otherwise. Any thread; never waits. */
    @Nullable
    Lease lease() {
        LiveInstance current = here.view().live();
        return current == null ? null : current.lease();
    }

    @Nullable
    SleepDepth depth() {
        return sleeper.depth();
    }

    void acquire(Waiter waiter) {
        keep();
        wishes.lease(waiter);
        proceed();
    }

    /** Starts or wakes it; does not wait for a back-off to pass. */
    @Override
    public CompletionStage<Void> run() {
        return run("called");
    }

    CompletionStage<Void> run(String reason) {
        keep();
        CompletionStage<Void> done = wishes.run(reason);
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
        switch (here.state()) {
            case STARTING -> {
                change(ServiceState.STOPPING, reason, false);
                if (starting != null) {
                    starting.abandon(scope.runtimes());
                }
            }
            case WAKING -> {
                // One that has ended meanwhile is gone as soon as that is told.
                if (!here.dying()) {
                    change(ServiceState.STOPPING, reason, false);
                }
            }
            case ERROR -> change(ServiceState.STOPPED, reason, false);
            default -> {}
        }
        proceed();
        return done;
    }

    @Override
    public boolean unwanted() {
        return wishes.none();
    }

    /** Whether nothing is here, nothing is on its way and nobody wants it. */
    boolean vacant() {
        return (here.state() == ServiceState.STOPPED || here.state() == ServiceState.ERROR) && wishes.none();
    }

    SlotState here() {
        return here;
    }

    Bedtime bedtime() {
        return bedtime;
    }

    int waiting() {
        return wishes.waiting();
    }

    /** Takes the instance away: at once if nobody is inside, else when the last one has left. */
    void retire(String reason) {
        here.retiring(true);
        stopReason = reason;
        here.watch();
        endIfRetired();
    }

    /** Ends an instance that is being taken away and that nobody uses any more. */
    void endIfRetired() {
        if (here.retiring() && !wishes.stopWanted() && here.shutDoor()) {
            CompletionStage<Void> unused = end(stopReason, null);
        }
    }

    /** It is not taken away after all. */
    void keep() {
        if (here.retiring()) {
            here.retiring(false);
            readmit();
        }
    }

    /** Opens the door again and serves whoever came meanwhile. */
    void readmit() {
        if (here.available()) {
            here.require().gate().open();
            proceed();
            bedtime.watchIdleness();
        }
    }

    /** Looks at the wishes and begins the next operation, unless one is under way. */
    @Override
    public void proceed() {
        if (here.closed()
                || sleeper.busy()
                || here.state() == ServiceState.STARTING
                || here.state() == ServiceState.WAKING
                || here.state() == ServiceState.STOPPING) {
            return;
        }
        if (wishes.stopWanted()) {
            LiveInstance current = here.live();
            if (current != null) {
                change(ServiceState.STOPPING, stopReason, false);
                stop(current, stopReason, null, false);
                return;
            }
            wishes.stopped();
        }
        if (!wishes.none()) {
            switch (here.state()) {
                case RUNNING -> wishes.serve(here.require());
                case SLEEPING -> admitted(() -> wake(here.require(), wishes.reason()));
                case STOPPED -> admitted(() -> start(wishes.reason()));
                case ERROR -> retry();
                default -> throw new IllegalStateException("busy in " + here.state());
            }
        }
    }

    /** Begins if there is room for it to be awake; if not, whoever waits will be told why unless there is in time. */
    private void admitted(Runnable begin) {
        if (entrance.pass()) {
            begin.run();
        } else {
            wishes.explainLateness(
                    () -> failures.noRoom(scope.controls().sleep().wakeTimeout(), entrance.reason()));
        }
    }

    private void retry() {
        Duration wait = backOff.left();
        if (wishes.runCommanded() || wait.isNegative() || wait.isZero()) {
            admitted(() -> start("tried again"));
            return;
        }
        GatewayException resting =
                failures.resting(wait, String.valueOf(here.view().error()));
        wishes.failImpatient(backOff.retryAt() + depths.expectedStart().toNanos(), resting);
        if (wishes.leaseWanted()) {
            backOff.await();
        }
    }

    private void backOffPassed() {
        boolean wanted = revive || !enoughWithout();
        revive = false;
        if (here.state() == ServiceState.ERROR && wanted) {
            CompletionStage<Void> unused = run();
        } else {
            proceed();
        }
    }

    private void start(String reason) {
        change(ServiceState.STARTING, reason, false);
        ServiceRuntime runtime;
        try {
            runtime = scope.runtimes().require(service);
        } catch (GatewayException impossible) {
            startFailed(impossible);
            return;
        }
        Starting begun = new Starting(ids.get(), runtime);
        starting = begun;
        calls.start(
                begun,
                service.sleepable(),
                entrance,
                listener.exits(),
                (instance, failure) -> started(begun, instance, failure));
    }

    private void started(Starting begun, @Nullable Instance instance, @Nullable Throwable failure) {
        starting = null;
        LiveInstance arrived = instance == null ? null : alive(instance, begun.runtime());
        here.live(arrived);
        if (here.state() == ServiceState.STOPPING) {
            if (arrived == null) {
                stopped("stopped while starting", null, false);
            } else {
                stop(arrived, "stopped while starting", null, false);
            }
        } else if (arrived == null) {
            startFailed(failures.startFailed(
                    failure == null ? new IllegalStateException("the runtime gave no instance") : failure));
        } else {
            depths.started(Duration.ofNanos(scope.timers().nanoTime() - here.changed()));
            nowRunning(arrived, "ready");
            if (begun.died() != null) {
                exited(begun.id(), begun.died(), false);
            }
        }
    }

    private LiveInstance alive(Instance instance, ServiceRuntime runtime) {
        return new LiveInstance(
                service, instance, runtime.name(), scope.timers(), here.lastUsed(), () -> mailbox.tell(this::emptied));
    }

    /**
     * Takes over an instance that was there before; the slot must be vacant.
     *
     * @param depth how deeply it sleeps; null if it is awake
     */
    void adopt(Instance instance, ServiceRuntime runtime, @Nullable SleepDepth depth) {
        change(ServiceState.STARTING, "found", false);
        LiveInstance found = alive(instance, runtime);
        here.live(found);
        if (depth == null) {
            nowRunning(found, "taken over");
        } else {
            sleeper.asleep(found, depth);
            change(ServiceState.SLEEPING, "taken over asleep, " + Sleeper.label(depth), true);
            bedtime.reconcile();
        }
    }

    private void startFailed(GatewayException failure) {
        failed(String.valueOf(failure.getMessage()), backOff.startFailed(failure));
        wishes.fail(failure);
    }

    /** Goes to {@link ServiceState#ERROR}; whoever waits is left waiting. */
    private void failed(String error, Duration wait) {
        change(ServiceState.ERROR, error, false);
        LOG.warn("event=service_failed service={} retry_ms={} reason=\"{}\"", service.name(), wait.toMillis(), error);
        if (revive || (!here.retiring() && !enoughWithout())) {
            backOff.await();
        }
    }

    @Override
    public void nowRunning(LiveInstance current, String reason) {
        sleeper.over();
        here.awakeNow();
        current.gate().open();
        change(ServiceState.RUNNING, reason, false);
        health.begin(current);
        bedtime.reconcile();
        bedtime.watchIdleness();
    }

    @Override
    public CompletionStage<Void> endToSleep(LiveInstance current, String reason) {
        CompletionStage<Void> done = wishes.stop();
        change(ServiceState.STOPPING, reason, true);
        stop(current, reason, null, true);
        return done;
    }

    private void wake(LiveInstance sleeping, String reason) {
        sleeper.waking();
        change(ServiceState.WAKING, reason, false);
        if (!calls.wake(sleeping, wishes::called, failure -> woken(sleeping, failure))) {
            woken(sleeping, failures.overloaded());
        }
    }

    private void woken(LiveInstance sleeping, @Nullable Throwable failure) {
        if (here.live() != sleeping || here.dying()) {
            return;
        }
        if (here.state() == ServiceState.STOPPING) {
            stop(sleeping, "stopped while waking", null, false);
        } else if (failure == null) {
            calls.measureWake(sleeping, sleeper.depth(), here.changed(), depths);
            nowRunning(sleeping, "woken");
        } else {
            fail(sleeping, "it could not be woken", failures.notWoken(failure));
        }
    }

    private void fail(LiveInstance current, String reason, String error) {
        change(ServiceState.STOPPING, reason, false);
        stop(current, reason, error, false);
    }

    private void emptied() {
        listener.emptied(this);
        if (here.available() && !here.used()) {
            bedtime.watchIdleness();
        }
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
                listener.unconfirmed(current.target().instance(), ServiceFailures.reason(failure));
            }
            here.live(null);
            sleeper.over();
            listener.ended(this, current.target().instance(), reason);
            stopped(reason, error, asleep);
        });
    }

    private void stopped(String reason, @Nullable String error, boolean asleep) {
        if (error == null || wishes.stopWanted()) {
            change(ServiceState.STOPPED, reason, asleep);
        } else {
            failed(error, backOff.failed(here.awakeFor()));
        }
        wishes.stopped();
        proceed();
    }

    @Override
    public void well() {
        listener.reachable(null);
    }

    /** An instance that does not answer is ended, left alone for a while, and started again. */
    @Override
    public void unwell(LiveInstance current, String reason, boolean tooOften) {
        if (!service.sleepable()) {
            listener.reachable("It does not answer: " + reason);
        } else if (tooOften && here.available()) {
            revive = true;
            fail(current, failures.unwell(reason), failures.unwell(reason));
        }
    }

    /** What an instance wrote that did not come to serve. */
    void wrote(InstanceId who, List<String> lines) {
        if (starting != null && who.equals(starting.id()) && !lines.isEmpty()) {
            here.lastLines(lines);
        }
    }

    /** An instance, perhaps the one here, has not said a word in its time. @param error why it is ended, for people */
    void silent(InstanceId who, String error) {
        LiveInstance current = here.live();
        if (current != null && who.equals(current.target().instance()) && here.available()) {
            fail(current, error, error);
        }
    }

    /**
     * An instance ended without having been asked to; perhaps the one here.
     *
     * @param byHand whether somebody wanted it to: then it is stopped, and nothing has failed
     */
    void exited(InstanceId who, String why, boolean byHand) {
        LiveInstance current = here.live();
        if (current == null) {
            if (starting != null && who.equals(starting.id())) {
                starting.died(why);
            }
            return;
        }
        if (!who.equals(current.target().instance()) || here.state() == ServiceState.STOPPING) {
            return;
        }
        here.fallingAsleep(false);
        sleeper.over();
        current.gate().shut();
        here.live(null);
        listener.ended(this, who, why);
        if (byHand) {
            change(ServiceState.STOPPING, why, false);
            change(ServiceState.STOPPED, why, false);
            if (!here.retiring() && !enoughWithout()) {
                CompletionStage<Void> unused = run("its policy keeps it running");
            }
        } else {
            failed(failures.ended(why), backOff.failed(here.awakeFor()));
        }
        proceed();
    }

    @Override
    public boolean enoughWithout() {
        return listener.enoughWithout(this);
    }

    @Override
    public void deeper(SleepDepth depth, String reason) {
        listener.noted(this, reason);
    }

    @Override
    public void stepOver() {
        bedtime.reconcile();
        if (!sleeper.busy()) {
            entrance.giveBack(here.state(), here.live());
        }
    }

    @Override
    public void change(ServiceState to, String reason, boolean asleep) {
        here.change(to, reason);
        if (to != ServiceState.RUNNING) {
            bedtime.forget();
            health.end();
        }
        if (to != ServiceState.ERROR) {
            backOff.forget();
        }
        entrance.moved(to, here.live());
        listener.changed(this, to, reason, asleep);
    }
}
