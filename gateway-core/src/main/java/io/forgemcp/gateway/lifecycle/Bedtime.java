package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When the instance of a slot goes to sleep, and why it may not: by its policy, by command, for others, or because
 * somebody else put it to sleep. How deeply is the {@link Sleeper}'s matter. Owned by the slot's mailbox.
 */
final class Bedtime {
    private static final Logger LOG = LoggerFactory.getLogger(Bedtime.class);

    /** The slot, as far as it is concerned. */
    interface Host {
        void change(ServiceState to, String reason, boolean asleep);

        /** Something has ended: the next wish may be granted. */
        void proceed();

        /** Nobody waits for it. */
        boolean unwanted();

        /** Ends it instead of letting it sleep; also a sleeping one. */
        CompletionStage<Void> endToSleep(LiveInstance live, String reason);

        /** It runs again, without having been woken. */
        void nowRunning(LiveInstance live, String reason);

        /** Wakes it. */
        CompletionStage<Void> run();

        /** Whether the service has as many running instances as it must have without this one. */
        boolean enoughWithout();
    }

    private final ServiceDefinition service;
    private final LifecycleScope scope;
    private final RuntimeCalls calls;
    private final DepthBook depths;
    private final Orders orders;
    private final SlotState here;
    private final Sleeper sleeper;
    private final Host host;
    private final ServiceFailures failures;
    private final IdleWatch idle;

    Bedtime(SlotContext shared, SlotState here, Sleeper sleeper, Host host) {
        this.service = shared.service();
        this.scope = shared.scope();
        this.calls = shared.calls();
        this.depths = shared.depths();
        this.orders = shared.orders();
        this.here = here;
        this.sleeper = sleeper;
        this.host = host;
        this.failures = new ServiceFailures(service.name());
        this.idle = new IdleWatch(
                service.sleepPolicy(),
                shared.kept(),
                scope.controls(),
                scope.timers(),
                shared.mailbox(),
                this::considerSleep);
    }

    /** It does not run any more. */
    void forget() {
        idle.forget();
    }

    /** Puts it to sleep by command. */
    CompletionStage<Void> sleep(Force force) {
        LiveInstance current = here.live();
        if (here.state() == ServiceState.SLEEPING || (here.state() == ServiceState.STOPPED && host.unwanted())) {
            return CompletableFuture.completedFuture(null);
        }
        if (!service.sleepable()) {
            String where = service.launch() instanceof Launch.Remote ? "elsewhere" : "inside the gateway";
            return failures.refused("sleep", "it runs " + where + " and has nothing to put to sleep");
        }
        if (here.state() != ServiceState.RUNNING || here.closed() || current == null) {
            String now = here.dying()
                    ? "ending"
                    : here.fallingAsleep() ? "falling asleep" : here.state().label();
            return failures.refused("sleep", "it is " + now);
        }
        Optional<String> objection = force == Force.NO
                ? idle.objection(
                        service.instances(),
                        host.enoughWithout(),
                        here.awakeSince(),
                        here.lastUsed().get())
                : Optional.empty();
        if (objection.isPresent()) {
            return failures.refused("sleep", objection.get());
        }
        if (!current.gate().closeIfEmpty()) {
            if (scope.controls().isBeginning(current)) {
                // Frozen it would keep those waiting who are inside. They are told that it was stopped.
                orders.stop();
                return host.endToSleep(current, "asked to sleep before it had spoken");
            }
            return failures.refused(
                    "sleep", "calls or streams in flight: " + current.gate().inside() + ". Wait until they have ended");
        }
        return fallAsleep(current, sleeper.first(current), "asked to sleep");
    }

    /**
     * Puts it to sleep for others, if nobody uses it; one that sleeps already goes deeper.
     *
     * @param force whether the least time awake is set aside
     * @param memoryWanted ends it if only that gives memory back
     * @param listened also while somebody listens to it who gives way
     */
    void makeWay(Force force, boolean memoryWanted, boolean listened, String reason) {
        LiveInstance current = here.live();
        if (current == null) {
            return;
        }
        if (here.state() == ServiceState.SLEEPING) {
            sleeper.hurry();
        } else if (mayMakeWay(force) && close(current, listened)) {
            boolean squeezable = current.instance().depths().stream().anyMatch(depth -> depth != SleepDepth.FREEZE);
            SleepDepth depth = memoryWanted && !squeezable ? SleepDepth.STOP : sleeper.first(current);
            CompletionStage<Void> unused = fallAsleep(current, depth, reason);
        }
    }

    /** Ends it for others, asleep or idle. */
    void stopForOthers(String reason) {
        LiveInstance current = here.live();
        if (current == null || !host.unwanted()) {
            return;
        }
        boolean asleep = here.state() == ServiceState.SLEEPING && !sleeper.busy();
        if (asleep || (mayMakeWay(Force.YES) && current.gate().closeIfEmpty())) {
            CompletionStage<Void> unused = host.endToSleep(current, reason);
        }
    }

    private static boolean close(LiveInstance current, boolean listened) {
        return listened ? current.gate().closeIfOnlyYielding() : current.gate().closeIfEmpty();
    }

    private boolean mayMakeWay(Force force) {
        return here.available()
                && service.sleepable()
                && host.enoughWithout()
                && (force == Force.YES
                        || idle.objection(
                                        service.instances(),
                                        true,
                                        here.awakeSince(),
                                        here.lastUsed().get())
                                .isEmpty());
    }

    /** Looks whether it is time to sleep. */
    void considerSleep() {
        LiveInstance current = here.live();
        if (!here.available() || current == null || !fallsAsleep()) {
            return;
        }
        if (current.gate().inside() > 0) {
            current.watch(true);
            // Looked at again: the last one may have left just before the watch began.
            if (current.gate().inside() > 0) {
                return;
            }
        }
        if (!host.enoughWithout() || !scope.controls().sleep().enabled()) {
            idle.watchAgain();
        } else if (idle.untilIdle(here.awakeSince(), here.lastUsed().get()).isZero()) {
            sleeper.measureAwake(current, () -> sleepIfIdle(current));
        } else {
            watchIdleness();
        }
    }

    private void sleepIfIdle(LiveInstance current) {
        if (here.live() != current || !here.available()) {
            return;
        }
        if (idle.untilIdle(here.awakeSince(), here.lastUsed().get()).isZero()
                && current.gate().closeIfEmpty()) {
            CompletionStage<Void> unused = fallAsleep(
                    current,
                    sleeper.first(current),
                    "idle for " + service.sleepPolicy().idleTimeout().toSeconds() + " s");
        } else {
            watchIdleness();
        }
    }

    /** Has a look taken when it could fall asleep. */
    void watchIdleness() {
        if (here.live() != null) {
            here.live().watch(here.retiring());
        }
        if (fallsAsleep()) {
            idle.watch(here.awakeSince(), here.lastUsed().get());
        }
    }

    private boolean fallsAsleep() {
        return service.sleepable()
                && service.sleepPolicy().enabled()
                && service.instances().min() < service.instances().max();
    }

    /** The gate is closed and nobody is inside. */
    private CompletionStage<Void> fallAsleep(LiveInstance current, SleepDepth depth, String reason) {
        if (depth == SleepDepth.STOP) {
            return host.endToSleep(current, reason);
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        here.fallingAsleep(true);
        calls.sleep(current, depth, failure -> asleep(current, depth, reason, done, failure), this::reconcile);
        return done;
    }

    private void asleep(
            LiveInstance current,
            SleepDepth depth,
            String reason,
            CompletableFuture<Void> done,
            @Nullable Throwable failure) {
        if (here.live() != current) {
            done.completeExceptionally(failures.illegal("sleep", "it ended meanwhile"));
            return;
        }
        here.fallingAsleep(false);
        if (failure == null) {
            sleeper.asleep(current, depth);
            host.change(ServiceState.SLEEPING, reason + ", " + Sleeper.label(depth), true);
            done.complete(null);
        } else {
            String why = ServiceFailures.reason(failure);
            LOG.warn("event=sleep_failed service={} reason=\"{}\"", service.name(), why);
            depths.refused(depth, why);
            done.completeExceptionally(failures.illegal("sleep", why));
            here.awakeNow();
            if (!here.dying()) {
                current.gate().open();
            }
            watchIdleness();
        }
        reconcile();
    }

    /**
     * An instance has ended, perhaps the one here, and the reason is still to come. Whoever calls meanwhile waits for the next
     * one instead of being sent to this.
     */
    void ending(InstanceId who) {
        LiveInstance current = here.live();
        if (current != null
                && who.equals(current.target().instance())
                && (here.state() == ServiceState.RUNNING || here.state() == ServiceState.WAKING)) {
            here.dies();
            current.gate().shut();
        }
    }

    /**
     * Somebody else froze or thawed an instance, perhaps the one here.
     *
     * @param depth how deeply it sleeps now; null if it is awake
     */
    void observed(InstanceId who, @Nullable SleepDepth depth) {
        LiveInstance current = here.live();
        if (current != null && who.equals(current.target().instance())) {
            // How it was when that was told is less than how it is now: something newer may be told already.
            reconcile(current, current.instance().frozen().orElse(depth != null), depth);
        }
    }

    /**
     * Looks whether it is as its state says, once a command has ended: what others did to it meanwhile was not acted
     * upon. What they do afterwards is told. Then the next wish is granted.
     */
    void reconcile() {
        LiveInstance current = here.live();
        Optional<Boolean> frozen =
                current == null ? Optional.empty() : current.instance().frozen();
        if (current == null || frozen.isEmpty() || !reconcile(current, frozen.get(), null)) {
            host.proceed();
        }
    }

    private boolean reconcile(LiveInstance current, boolean frozen, @Nullable SleepDepth depth) {
        if (here.closed() || sleeper.busy()) {
            return false;
        }
        if (!frozen && here.state() == ServiceState.SLEEPING) {
            host.nowRunning(current, "woken by others");
            return true;
        }
        if (frozen && here.state() == ServiceState.RUNNING) {
            putToSleepByOthers(current, depth == null ? SleepDepth.FREEZE : depth);
            return true;
        }
        return false;
    }

    private void putToSleepByOthers(LiveInstance current, SleepDepth depth) {
        current.gate().shut();
        boolean used = here.used() || !host.enoughWithout();
        sleeper.asleep(current, depth);
        host.change(ServiceState.SLEEPING, "put to sleep by others, " + Sleeper.label(depth), true);
        if (used) {
            CompletionStage<Void> unused = host.run();
        } else {
            host.proceed();
        }
    }
}
