package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.thread.Workers;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.upstream.ClientKey;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every service of a gateway and its life: a call {@link #acquire acquires} a lease, which wakes the service if need be
 * and keeps it awake until the lease is closed; services that nobody uses fall asleep after their policy.
 *
 * <p>Thread-safe; only {@link #close} blocks. Stages fail with a {@link GatewayException}: {@code UNKNOWN_SERVICE},
 * {@code ILLEGAL_TRANSITION} if a command is refused, {@code WAKE_TIMEOUT}, {@code SERVICE_START_FAILED}, {@code
 * SERVICE_UNAVAILABLE}, and {@code SHUTTING_DOWN} after {@link #close}.
 */
public final class ServiceManager implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);

    private final Map<ServiceName, ServiceOwner> owners = new ConcurrentHashMap<>();
    private final LifecycleScope scope;
    private final Runnable stopThreads;
    private final SystemPolicy policy;
    private final Residents residents;
    private volatile @Nullable SystemWatch watch;
    private volatile boolean closed;

    /**
     * @param runtimes in order of preference: the first that supports a service runs it; closed with this manager
     * @param policy what holds for all services together, and what happens when resources run out
     */
    public ServiceManager(
            List<ServiceRuntime> runtimes,
            LifecycleSettings settings,
            SystemPolicy policy,
            Timers timers,
            EventBus events,
            GatewayMetrics metrics) {
        this(runtimes, settings, policy, timers, events, metrics, Mailbox.threads());
    }

    private ServiceManager(
            List<ServiceRuntime> runtimes,
            LifecycleSettings settings,
            SystemPolicy policy,
            Timers timers,
            EventBus events,
            GatewayMetrics metrics,
            ThreadPoolExecutor threads) {
        this(
                runtimes,
                settings,
                policy,
                timers,
                events,
                metrics,
                threads,
                Workers.blocking("forge-measure"),
                threads::shutdown);
    }

    /** For tests, which run everything on the calling thread. */
    ServiceManager(
            List<ServiceRuntime> runtimes,
            LifecycleSettings settings,
            SystemPolicy policy,
            Timers timers,
            EventBus events,
            GatewayMetrics metrics,
            Executor executor,
            Executor measuring,
            Runnable stopThreads) {
        this.stopThreads = stopThreads;
        Controls controls = new Controls(policy.sleep());
        this.scope = new LifecycleScope(
                settings,
                controls,
                timers,
                executor,
                measuring,
                events,
                metrics,
                new Runtimes(runtimes, metrics),
                new WakeQueue(executor, settings.concurrentStarts(), settings.queueLimit()),
                new WakeQueue(executor, settings.concurrentWakes(), settings.queueLimit()),
                new Admission(policy.budget(), controls, timers));
        this.policy = policy;
        this.residents = new Residents(owners.values(), timers);
        scope.admission().evictor(new Eviction(residents));
        metrics.gauge(Metric.SERVICES_RUNNING, () -> count(ServiceState.RUNNING));
        metrics.gauge(Metric.SERVICES_SLEEPING, () -> count(ServiceState.SLEEPING));
        metrics.gauge(Metric.SERVICES_STOPPED, () -> count(ServiceState.STOPPED));
    }

    /**
     * What a start of this service, registered or not, is known to be refused for: the key of {@code services.yml}, and what
     * is wrong and what to do. May look at files.
     */
    public Map<String, String> objections(ServiceDefinition service) {
        Map<String, String> objections = new TreeMap<>(scope.runtimes().objections(service));
        objections.putAll(scope.admission().objections(service));
        return objections;
    }

    /** Makes a service known; nothing is started, but what an earlier gateway left running of it is taken over. */
    public void register(ServiceDefinition service) {
        requireOpen();
        ServiceOwner owner = new ServiceOwner(service, scope);
        if (owners.putIfAbsent(service.name(), owner) != null) {
            throw new GatewayException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "Service " + service.name() + " is registered twice. Give one of them another name.");
        }
        owner.view().register(scope.metrics());
        owner.prepare();
    }

    /** Forgets a service: calls in flight may end within the drain timeout, then its instances are stopped. */
    public CompletionStage<Void> remove(ServiceName name) {
        ServiceOwner owner = owners.remove(name);
        if (owner == null) {
            return CompletableFuture.failedFuture(unknown(name));
        }
        return owner.close(
                        new GatewayException(ErrorCode.UNKNOWN_SERVICE, "Service " + name + " was removed."),
                        scope.settings().drainTimeout())
                .thenRun(() -> {
                    if (!owners.containsKey(name)) {
                        owner.view().unregister(scope.metrics());
                    }
                });
    }

    public Optional<ServiceDefinition> definition(ServiceName name) {
        return Optional.ofNullable(owners.get(name)).map(ServiceOwner::definition);
    }

    /** Whether somebody had it stopped, and nobody has called or started it since: it is not to be started unasked. */
    public boolean isStoppedByOrder(ServiceName name) {
        return Optional.ofNullable(owners.get(name))
                .map(ServiceOwner::isStoppedByOrder)
                .orElse(false);
    }

    /** Of every service, in no order. */
    public List<ServiceDefinition> definitions() {
        return owners.values().stream().map(ServiceOwner::definition).toList();
    }

    public Optional<ServiceStatus> status(ServiceName name) {
        return Optional.ofNullable(owners.get(name)).map(ServiceOwner::status);
    }

    /** Calls and streams that hold up commands: not those that wait for a server's first words. 0 for an unknown service. */
    public long inFlight(ServiceName name) {
        ServiceOwner owner = owners.get(name);
        return owner == null ? 0 : owner.slots().inFlight(scope.controls());
    }

    /** Whether an instance is awake, so that nobody would be woken for a lease; unlike {@link #status} measures nothing. */
    public boolean isRunning(ServiceName name) {
        ServiceOwner owner = owners.get(name);
        return owner != null && owner.view().state() == ServiceState.RUNNING;
    }

    /** Of every service, by name. */
    public List<ServiceStatus> statuses() {
        return owners.values().stream()
                .map(ServiceOwner::status)
                .sorted(Comparator.comparing(ServiceStatus::name))
                .toList();
    }

    /** Every runtime and whether it works, in order of preference. May wait for some hundred milliseconds for an engine. */
    public List<RuntimeStatus> runtimes() {
        return scope.runtimes().statuses();
    }

    /**
     * A lease on a running instance. If one is awake the stage is already complete and nothing was locked or queued;
     * otherwise the service is woken, once for all who wait. Cancelling the stage ends the waiting, not the wake.
     *
     * @param client whose call it is: with {@code isolation: session} over stdio the instance is this client's alone
     * @param deadline how long the caller waits at most
     */
    public CompletionStage<Lease> acquire(ServiceName name, ClientKey client, Duration deadline) {
        ServiceOwner owner = owners.get(name);
        return owner == null
                ? CompletableFuture.failedFuture(unknown(name))
                : owner.acquire(client, deadline, Demand.Kind.CALL);
    }

    /**
     * As {@link #acquire}, for a call whose instance ended before it was given the call: a service that was stopped by
     * command since is not started for it, but refused as for those who wait when the command comes.
     *
     * @param toAFailed what it fails with if the service has failed of itself and is left alone for a while; null to wait until
     *     it is tried again
     */
    public CompletionStage<Lease> acquireAgain(
            ServiceName name, ClientKey client, Duration deadline, @Nullable GatewayException toAFailed) {
        return order(name, owner -> owner.acquireAgain(client, deadline, toAFailed));
    }

    /**
     * A lease for something that lives in one instance and is asked for again: a task, a subscription. Until it is closed
     * everything that this client asks goes to that instance. Otherwise as {@link #acquire}; the stage cannot be cancelled.
     */
    public CompletionStage<Lease> hold(ServiceName name, ClientKey client, Duration deadline) {
        return order(name, owner -> owner.hold(client, deadline, Demand.Kind.CALL));
    }

    /**
     * As {@link #hold}, for somebody who only listens for updates: waits for room that is free, behind all others, and nobody
     * is put to sleep for it. The lease is to be made one that {@link Lease#yielding yields}.
     */
    public CompletionStage<Lease> listen(ServiceName name, ClientKey client, Duration deadline) {
        return order(name, owner -> owner.hold(client, deadline, Demand.Kind.LISTENER));
    }

    /** A client has gone: instances that were its alone are ended. */
    public void releaseClient(ClientKey client) {
        owners.values().forEach(owner -> owner.release(client));
    }

    /**
     * Brings it up from any state, also when a back-off has not passed yet. The process or container of one that did not
     * sleep also has to have answered its first message, for which it has as long as for a call; if it does not, it is ended
     * and the stage fails.
     */
    public CompletionStage<ServiceStatus> start(ServiceName name) {
        return order(name, owner -> owner.run());
    }

    /** The same as {@link #start}: a stopped service is started, a sleeping one woken. */
    public CompletionStage<ServiceStatus> wake(ServiceName name) {
        return start(name);
    }

    /**
     * Asks for it to be awake soon, because a call is likely: by priority, but behind everything that a call waits for,
     * coalesced with every other wish for it, and without an answer. Unknown and unusable services are ignored.
     *
     * @param reason for people
     */
    public void wakeRequest(ServiceName name, String reason) {
        ServiceOwner owner = owners.get(name);
        if (owner != null) {
            owner.wakeRequest(reason);
        }
    }

    /**
     * Makes it awake ahead of calls, as {@link #wakeRequest} does, also if it is stopped.
     *
     * @param reason for people
     * @param atLeast how long, from now on, it does not fall asleep for want of calls; commands and scarce resources put
     *     it to sleep all the same
     */
    public CompletionStage<ServiceStatus> prewarm(ServiceName name, String reason, Duration atLeast) {
        return order(name, owner -> owner.prewarm(reason, atLeast));
    }

    /**
     * How long before it is needed a service has to be woken or started, from what 95 % of its own wakes from where it is
     * now, or of its starts, have taken at most; empty if it is unknown, or stopped and its starts were never measured.
     */
    public Optional<Duration> wakeLead(ServiceName name) {
        return Optional.ofNullable(owners.get(name)).flatMap(ServiceOwner::wakeLead);
    }

    /**
     * How long a call that comes now would wait for the service to be ready, from what its own starts and wakes have
     * taken or, before its first wake, from what is usual for small servers; empty if it is ready, unknown, or stopped and
     * its starts were never measured.
     */
    public Optional<Duration> expectedWake(ServiceName name) {
        return Optional.ofNullable(owners.get(name)).flatMap(ServiceOwner::expectedWake);
    }

    /** What sleeping has saved and cost, of every service, by name. */
    public List<ServiceEfficiency> efficiency() {
        return owners.values().stream()
                .map(ServiceOwner::efficiency)
                .sorted(Comparator.comparing(ServiceEfficiency::name))
                .toList();
    }

    /** Gives the means to ask instances whether they are well; without it nothing is checked. */
    public void healthProbe(HealthProbe probe) {
        scope.controls().probe(probe);
    }

    /** Gives what is known of wakes; services that are registered from now on begin with it and add to it. */
    public void learnt(LearntWakes wakes) {
        scope.controls().learnt(wakes);
    }

    /** Gives the means to know which clients have vanished; without it only the use of their instances counts. */
    public void clientAbsence(ClientAbsence absence) {
        scope.controls().absence(absence);
    }

    /**
     * Begins to watch the machine: services sleep earlier when memory or processors are scarce, the longest asleep are
     * stopped when too many sleep, and emergencies are acted on.
     *
     * @param failureRate share of the calls since it was last asked that failed, from 0 to 1; null if there were too few
     */
    public void watchSystem(SystemLoad load, Supplier<@Nullable Double> failureRate) {
        requireOpen();
        SystemWatch begun = new SystemWatch(scope, residents, load, policy.emergency(), failureRate);
        watch = begun;
        begun.start();
    }

    /** How scarce memory and processors were when last looked at; {@link PressureLevel#NONE} if nobody looks. */
    public PressureLevel pressure() {
        SystemWatch current = watch;
        return current == null ? PressureLevel.NONE : current.level();
    }

    /**
     * Notes whether a server that runs elsewhere can be reached: while it cannot, its status says so. Ignored for services
     * that the gateway starts itself.
     *
     * @param problem why not; null if it can
     */
    public void noteReachability(ServiceName name, @Nullable String problem) {
        ServiceOwner owner = owners.get(name);
        if (owner != null) {
            owner.reachable(problem);
        }
    }

    /**
     * A server that the gateway started has not said a word of MCP in the time that it had: it is ended, its service is in
     * error, and the next call or command starts it anew.
     *
     * @param error for people
     */
    public void noteSilence(InstanceId instance, String error) {
        ServiceOwner owner = owners.get(instance.service());
        if (owner != null) {
            owner.silent(instance, error);
        }
    }

    /** How sleeping works for all services now. */
    public SleepSettings sleepSettings() {
        return scope.controls().sleep();
    }

    /** Changes how sleeping works, for everything that happens from now on. */
    public void sleepSettings(SleepSettings settings) {
        scope.controls().sleep(settings);
        owners.values().forEach(ServiceOwner::reconsider);
    }

    /**
     * Stops it. Refused while calls or streams are {@link #inFlight in flight} and if its policy keeps it running; by force
     * the policy is set aside and calls in flight are given the drain timeout to end, new ones waiting outside.
     */
    public CompletionStage<ServiceStatus> stop(ServiceName name, Force force) {
        return order(name, owner -> owner.stop(force));
    }

    /**
     * Puts it to sleep; ends it if calls wait for its first words. Refused while calls or streams are {@link #inFlight in
     * flight} and, unless forced, before its least time awake.
     */
    public CompletionStage<ServiceStatus> sleep(ServiceName name, Force force) {
        return order(name, owner -> owner.sleep(force));
    }

    /**
     * Stops and starts it. Refused while calls or streams are {@link #inFlight in flight}; who calls meanwhile waits. The new instance has to
     * answer its first message, as for {@link #start}.
     */
    public CompletionStage<ServiceStatus> restart(ServiceName name) {
        return order(name, owner -> owner.restart());
    }

    /**
     * Makes this many instances of a service awake: adds by waking and starting, takes away those with the fewest calls,
     * which let nobody in any more and end after their last call. Refused outside the service's limits, and for a stdio
     * server with {@code isolation: session}, whose instances come and go with its clients.
     *
     * @param reason for people: what was measured against which threshold
     * @return completes when the added ones run; calls on those taken away are not waited for
     */
    public CompletionStage<ServiceStatus> scale(ServiceName name, int instances, String reason) {
        return order(name, owner -> owner.scale(instances, reason));
    }

    /** How busy it is right now. */
    public Optional<ServiceLoad> load(ServiceName name) {
        return Optional.ofNullable(owners.get(name)).map(ServiceOwner::load);
    }

    /** The last state changes, oldest first; empty for an unknown service. */
    public List<StateTransition> transitions(ServiceName name) {
        return Optional.ofNullable(owners.get(name)).map(ServiceOwner::history).orElse(List.of());
    }

    /** The last lines that its instances wrote for people, oldest first; empty for an unknown service. */
    public List<String> logs(ServiceName name, int lines) {
        return Optional.ofNullable(owners.get(name))
                .map(owner -> owner.view().logs(lines))
                .orElse(List.of());
    }

    /**
     * Starts what is to run from the beginning, the most important first. One that fails is in {@link
     * ServiceState#ERROR} afterwards and does not fail the stage.
     */
    public CompletionStage<Void> startAutoStarted() {
        return new FirstStarts(owners.values()).begin(sleepSettings());
    }

    /**
     * Refuses new calls and ends every instance: politely within the stop grace, then by force. Calls in flight are cut
     * off; close what takes calls first. Bounded, idempotent.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        SystemWatch watching = watch;
        if (watching != null) {
            watching.close();
        }
        GatewayException reason = new GatewayException(ErrorCode.SHUTTING_DOWN, "The gateway is shutting down.");
        CompletableFuture<?> ended = CompletableFuture.allOf(owners.values().stream()
                .map(owner -> owner.close(reason, Duration.ZERO).toCompletableFuture())
                .toArray(CompletableFuture[]::new));
        try {
            ended.get(scope.settings().stopGrace().toMillis() + 2_000, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | CompletionException unfinished) {
            LOG.warn("event=shutdown_unfinished running={}", count(ServiceState.RUNNING));
        }
        scope.runtimes().close();
        for (ServiceOwner owner : owners.values()) {
            owner.view().unregister(scope.metrics());
        }
        stopThreads.run();
    }

    private long count(ServiceState state) {
        return owners.values().stream()
                .filter(owner -> owner.view().state() == state)
                .count();
    }

    private <T> CompletionStage<T> order(ServiceName name, Function<ServiceOwner, CompletionStage<T>> what) {
        ServiceOwner owner = owners.get(name);
        return owner == null ? CompletableFuture.failedFuture(unknown(name)) : what.apply(owner);
    }

    private void requireOpen() {
        if (closed) {
            throw new GatewayException(ErrorCode.SHUTTING_DOWN, "The gateway is shutting down.");
        }
    }

    private static GatewayException unknown(ServiceName name) {
        return new GatewayException(
                ErrorCode.UNKNOWN_SERVICE, "There is no service " + name + ". The list of services names them all.");
    }
}
