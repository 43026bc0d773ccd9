package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.upstream.ClientKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one owner of a service: every command is a message to its mailbox, so its slots, its ledger and what they hold
 * are changed by one thread at a time. Only {@link #acquire} on an awake instance goes past the mailbox.
 */
final class ServiceOwner implements SlotListener {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceOwner.class);
    private final ServiceDefinition service;
    private final LifecycleScope scope;
    private final Mailbox mailbox;
    private final Ledger ledger;
    private final SlotBook slots;
    private final StatusView view;
    private final ServiceFailures failures;
    /** Callers that wait for a lease. */
    private final AtomicInteger waiting = new AtomicInteger();
    /** Counts instances: runtimes ask for ids on threads of their own. */
    private final AtomicLong numbers = new AtomicLong();

    private final DepthBook depths;
    private final KeptAwake kept;
    private final Adoption adoption;
    private final InstanceNews news;
    private final Emptying emptying;
    private final Orders orders = new Orders();
    private volatile @Nullable GatewayException closed;

    ServiceOwner(ServiceDefinition service, LifecycleScope scope) {
        this.service = service;
        this.scope = scope;
        this.mailbox = new Mailbox(scope.executor());
        this.ledger = new Ledger(service, scope.timers(), scope.settings().history());
        RuntimeCalls calls = new RuntimeCalls(service, scope, mailbox);
        this.depths = new DepthBook(service, scope.controls().learnt());
        this.kept = new KeptAwake(scope.timers());
        SlotContext context = new SlotContext(service, scope, mailbox, calls, depths, kept, orders, this::nextId, this);
        this.slots = SlotBook.of(context, () -> new Slot(context));
        this.failures = new ServiceFailures(service.name());
        this.news = new InstanceNews(mailbox, slots::all);
        this.emptying = new Emptying(service.name(), scope, mailbox, slots);
        this.view = new StatusView(service, scope.timers(), ledger, slots, waiting::get);
        this.adoption = new Adoption(service, scope, calls, this::nextId, news, this::takeOver);
    }

    /** Takes over what an earlier gateway left behind, if that has not been done yet. */
    void prepare() {
        mailbox.tell(() -> adoption.before(() -> {}));
    }

    private InstanceId nextId() {
        return new InstanceId(service.name(), numbers.incrementAndGet());
    }

    private void takeOver(Adoption.Found found) {
        for (ServiceRuntime.Adopted adopted : found.instances()) {
            Slot slot = closed == null ? slots.forAdoption() : null;
            String name = found.runtime().name();
            if (slot != null) {
                slot.adopt(adopted.instance(), found.runtime(), adopted.depth());
            } else {
                LOG.info(
                        "event=instance_surplus service={} instance={}",
                        service.name(),
                        adopted.instance().id());
                scope.runtimes()
                        .call(
                                name,
                                () -> adopted.instance().stop(scope.settings().stopGrace()));
            }
        }
    }

    ServiceDefinition definition() {
        return service;
    }

    ServiceStatus status() {
        return view.status();
    }

    StatusView view() {
        return view;
    }

    List<StateTransition> history() {
        return ledger.page().history();
    }

    CompletionStage<Lease> acquire(ClientKey client, Duration patience, Demand.Kind kind) {
        Lease lease = slots.lease(client);
        if (lease != null) {
            return CompletableFuture.completedFuture(lease);
        }
        return await(client, patience, kind, () -> null);
    }

    /** @param refusal asked on the mailbox: why the caller is not to wait after all; null if it is */
    private CompletionStage<Lease> await(
            ClientKey client, Duration patience, Demand.Kind kind, Supplier<@Nullable GatewayException> refusal) {
        GatewayException unusable = unusable();
        if (unusable != null) {
            return CompletableFuture.failedFuture(unusable);
        }
        Waiter waiter = new Waiter(
                kind,
                scope.timers(),
                scope.executor(),
                patience,
                () -> failures.wakeTimeout(patience, ledger.page().state()));
        waiting.incrementAndGet();
        waiter.lease().whenComplete((result, failure) -> waiting.decrementAndGet());
        mailbox.tell(() -> adoption.before(() -> {
            GatewayException now = unusable() == null ? refusal.get() : unusable();
            if (now == null) {
                slots.assign(client, waiter);
            } else {
                waiter.fail(now);
            }
        }));
        return waiter.lease();
    }

    /** As {@link #acquire}, for a call that has lost its instance; see {@link ServiceManager#acquireAgain}. */
    CompletionStage<Lease> acquireAgain(ClientKey client, Duration patience, @Nullable GatewayException toAFailed) {
        return await(client, patience, Demand.Kind.CALL, () -> notAgain(toAFailed));
    }

    private @Nullable GatewayException notAgain(@Nullable GatewayException toAFailed) {
        return orders.stopped() ? wasStopped() : view.state() == ServiceState.ERROR ? toAFailed : null;
    }

    private GatewayException wasStopped() {
        return failures.unavailable("was stopped. Call again to start it");
    }

    /** As {@link #acquire}, for something that lives in one instance: whatever the client asks until it is over goes there. */
    CompletionStage<Lease> hold(ClientKey client, Duration patience, Demand.Kind kind) {
        slots.hold(client);
        return acquire(client, patience, kind)
                .whenComplete((lease, failure) -> {
                    if (failure != null) {
                        slots.letGo(client);
                    }
                })
                .thenApply(lease -> new HeldLease(lease, () -> slots.letGo(client)));
    }

    /** Makes it run; unless it sleeps, in which case it has spoken before, it has to have spoken, too. */
    CompletionStage<ServiceStatus> run() {
        return command(() -> {
            GatewayException unusable = unusable();
            if (unusable != null) {
                return CompletableFuture.failedFuture(unusable);
            }
            ServiceState before = view.state();
            CompletionStage<Void> running = runAll(service.instances().min(), "asked to run");
            return before == ServiceState.SLEEPING || before == ServiceState.WAKING
                    ? running
                    : speaking(running, before == ServiceState.RUNNING ? (instance, reason) -> {} : news::silent);
        });
    }

    /**
     * A process or container is there before it can answer.
     *
     * @param silence ends those that do not; what was there before may be working for others
     */
    private CompletionStage<Void> speaking(CompletionStage<Void> running, BiConsumer<InstanceId, String> silence) {
        int before = orders.restarts();
        FirstWords words =
                new FirstWords(service, scope, () -> closed == null ? orders.since(before) : "was removed", silence);
        return running.thenCompose(there -> words.of(slots.all()));
    }

    /**
     * Makes it awake ahead of calls.
     *
     * @param reason for people
     * @param atLeast how long it does not fall asleep for want of calls, from now on
     */
    CompletionStage<ServiceStatus> prewarm(String reason, Duration atLeast) {
        return command(() -> {
            GatewayException unusable = unusable();
            if (unusable != null) {
                return CompletableFuture.failedFuture(unusable);
            }
            if (!atLeast.isZero()) {
                kept.keepFor(atLeast);
            }
            return runAll(service.instances().min(), reason);
        });
    }

    /** Makes it awake soon, without an answer: how it went is in its status. */
    void wakeRequest(String reason) {
        if (view.state() != ServiceState.RUNNING) {
            prewarm(reason, Duration.ZERO).exceptionally(failure -> {
                LOG.debug("event=wake_request_failed service={} reason=\"{}\"", service.name(), failure.getMessage());
                return status();
            });
        }
    }

    CompletionStage<ServiceStatus> sleep(Force force) {
        return command(() -> all(
                slots.sleepCandidates(force == Force.NO ? service.instances().min() : 0).stream()
                        .map(slot -> slot.bedtime().sleep(force))
                        .toList()));
    }

    CompletionStage<ServiceStatus> stop(Force force) {
        return command(() -> {
            if (force == Force.NO && service.instances().min() > 0) {
                return failures.refused(
                        "stop",
                        "its policy keeps at least " + service.instances().min() + " instance running. Force it");
            }
            return emptying.empty("stop", force).thenCompose(empty -> {
                orders.stop();
                return endAll("asked to stop", wasStopped());
            });
        });
    }

    /** Whether it was stopped by a command and has not been started since. Any thread. */
    boolean isStoppedByOrder() {
        return orders.stopped();
    }

    /** Stops and starts; whoever calls meanwhile waits for the new instance, which has to speak, too. */
    CompletionStage<ServiceStatus> restart() {
        return command(() -> {
            GatewayException unusable = unusable();
            int awake = (int)
                    slots.all().stream().filter(slot -> slot.here().available()).count();
            return unusable != null
                    ? CompletableFuture.failedFuture(unusable)
                    : emptying.empty("restart", Force.NO)
                            .thenRun(orders::restart)
                            .thenCompose(empty -> endAll("asked to restart", null))
                            .thenCompose(ended -> speaking(
                                    runAll(Math.max(awake, service.instances().min()), "asked to restart"),
                                    news::silent));
        });
    }

    CompletionStage<ServiceStatus> scale(int instances, String reason) {
        return command(() -> {
            GatewayException unusable = unusable();
            if (unusable != null) {
                return CompletableFuture.failedFuture(unusable);
            }
            LOG.info("event=service_scaled service={} to={} reason=\"{}\"", service.name(), instances, reason);
            return slots.scale(instances, reason);
        });
    }

    ServiceLoad load() {
        return view.load();
    }

    /** Puts one instance to sleep for others, also one that is {@code listened} to, or deeper if it sleeps already. */
    void makeWay(Slot slot, Force force, boolean memoryWanted, boolean listened, String reason) {
        mailbox.tell(() -> slot.bedtime().makeWay(force, memoryWanted, listened, reason));
    }

    /** Ends one instance for others, asleep or idle, unless a client would lose a session of its own. */
    void stopForOthers(Slot slot, String reason) {
        mailbox.tell(() -> {
            if (slots.rebuildable(slot)) {
                slot.bedtime().stopForOthers(reason);
            }
        });
    }

    /** Looks again whether anything is to sleep, with settings that have changed. */
    void reconsider() {
        mailbox.tell(() -> slots.all().forEach(slot -> slot.bedtime().considerSleep()));
    }

    SlotBook slots() {
        return slots;
    }

    /** How long a call that comes now would wait for the service to be ready; empty if it is, or if nobody knows. */
    Optional<Duration> expectedWake() {
        return switch (view.state()) {
            case STOPPED, STARTING, ERROR -> depths.expectedWake(SleepDepth.STOP);
            case SLEEPING, WAKING -> {
                SleepDepth depth = view.depth();
                yield depth == null ? Optional.empty() : depths.expectedWake(depth);
            }
            default -> Optional.empty();
        };
    }

    /** How long before it is needed it has to be woken or started, as nearly always suffices; empty if unknown. */
    Optional<Duration> wakeLead() {
        SleepDepth depth = view.depth();
        return depths.longWake(depth == null ? SleepDepth.STOP : depth);
    }

    ServiceEfficiency efficiency() {
        ServiceStatus status = status();
        return new ServiceEfficiency(
                service.name(),
                service.priority(),
                status.state(),
                status.depth(),
                status.totalSleepTime(),
                ledger.totalAwake(),
                status.wakeCount(),
                depths.figures());
    }

    private CompletionStage<Void> runAll(int count, String reason) {
        return all(slots.toRun(count).stream().map(slot -> slot.run(reason)).toList());
    }

    /** Ends the instance that belongs to this client alone, if there is one. */
    void release(ClientKey client) {
        mailbox.tell(() -> slots.release(client));
    }

    /**
     * Refuses everybody from now on, waits for calls in flight and ends all instances.
     *
     * @param patience how long calls in flight may take
     */
    CompletionStage<Void> close(GatewayException reason, Duration patience) {
        closed = reason;
        CompletableFuture<Void> done = new CompletableFuture<>();
        mailbox.tell(() -> {
            slots.failQueued(reason);
            CompletionStage<Void> empty = emptying.close(patience);
            String why = reason.code() == ErrorCode.SHUTTING_DOWN ? "the gateway closes" : "no longer offered";
            empty.thenCompose(nobody -> endAll(why, reason))
                    .whenComplete((ended, failure) -> scope.executor().execute(() -> done.complete(null)));
        });
        return done;
    }

    @Override
    public void changed(Slot slot, ServiceState to, String reason, boolean asleep) {
        ServiceState combined = slots.combinedState();
        ServiceState from = ledger.page().state();
        if (combined != from) {
            StateTransition transition = ledger.enter(combined, reason, asleep);
            LOG.info(
                    "event=service_state service={} from={} to={} reason=\"{}\"",
                    service.name(),
                    from.label(),
                    combined.label(),
                    reason);
            measure(from, transition);
            scope.events().publish(new ServiceStateChanged(transition.at(), service.name(), from, combined, reason));
        }
        if (to == ServiceState.STARTING || to == ServiceState.WAKING) {
            orders.begin();
        } else if (to == ServiceState.RUNNING) {
            mailbox.tell(slots::assignQueued);
        } else if (to == ServiceState.STOPPED || to == ServiceState.ERROR) {
            // Later: who wanted it to stop is told after this.
            mailbox.tell(() -> vacated(slot));
        }
    }

    /** A server has not said a word in the time that it had. @param error for people */
    void silent(InstanceId instance, String error) {
        news.silent(instance, error);
    }

    private void vacated(Slot slot) {
        if (slot.vacant()) {
            slots.vacated(slot);
        }
    }

    /** After everything else, and guarded: a metrics plugin that throws must not stop the state machine half way. */
    private void measure(ServiceState from, StateTransition transition) {
        try {
            ledger.measure(scope.metrics());
            view.stateChanged(from, transition.to(), scope.metrics());
        } catch (RuntimeException failure) {
            LOG.warn("event=metrics_plugin_threw service={}", service.name(), failure);
        }
    }

    @Override
    public void emptied(Slot slot) {
        emptying.look();
        slots.left(slot);
    }

    @Override
    public void reachable(@Nullable String problem) {
        view.problem(problem);
    }

    @Override
    public ServiceRuntime.ExitListener exits() {
        return news;
    }

    @Override
    public void unconfirmed(InstanceId instance, String reason) {
        LOG.warn("event=stop_unconfirmed instance={} reason=\"{}\"", instance, reason);
        adoption.repeat();
    }

    @Override
    public void noted(Slot slot, String what) {
        // A call may have begun to wake it while it went deeper; the history has only what may follow what.
        if (ledger.page().state() != ServiceState.SLEEPING) {
            return;
        }
        StateTransition note = ledger.note(what);
        LOG.info("event=service_note service={} note=\"{}\"", service.name(), what);
        scope.events().publish(new ServiceStateChanged(note.at(), service.name(), note.from(), note.to(), what));
    }

    @Override
    public boolean enoughWithout(Slot slot) {
        return slots.enoughWithout(slot, service.instances().min());
    }

    @Override
    public void ended(Slot slot, InstanceId instance, String reason) {
        slots.ended(slot);
        scope.events().publish(new InstanceEnded(scope.timers().now(), instance, reason));
    }

    /** Runs a command on the mailbox; the stage completes on another thread, with the status afterwards. */
    private CompletionStage<ServiceStatus> command(Supplier<CompletionStage<Void>> body) {
        CompletableFuture<ServiceStatus> result = new CompletableFuture<>();
        mailbox.tell(() -> adoption.before(() -> {
            CompletionStage<Void> done;
            try {
                done = body.get();
            } catch (GatewayException refused) {
                done = CompletableFuture.failedFuture(refused);
            }
            done.whenComplete((nothing, failure) -> scope.executor().execute(() -> {
                if (failure == null) {
                    result.complete(status());
                } else {
                    result.completeExceptionally(GatewayException.of(failure));
                }
            }));
        }));
        return result;
    }

    private CompletionStage<Void> endAll(String reason, @Nullable GatewayException toThoseWhoWait) {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        mailbox.tell(() -> {
            if (toThoseWhoWait != null) {
                // Also those who wait for others' instances: they would start it again as soon as those have ended.
                slots.failQueued(toThoseWhoWait);
            }
            all(slots.all().stream()
                            .map(slot -> slot.end(reason, toThoseWhoWait))
                            .toList())
                    .whenComplete((done, failure) -> mailbox.tell(() -> ended.complete(null)));
        });
        return ended;
    }

    private @Nullable GatewayException unusable() {
        GatewayException reason = closed;
        if (reason == null && service.unavailable() != null) {
            return failures.unavailable("cannot be used: " + service.unavailable());
        }
        return reason;
    }

    private static CompletionStage<Void> all(List<CompletionStage<Void>> stages) {
        return CompletableFuture.allOf(
                stages.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new));
    }
}
