package io.forgemcp.gateway.lifecycle.process;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.thread.Workers;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Services as child processes: spoken to on their standard streams, or over HTTP on a port of this host. Each has a
 * process group of its own, sees only a small part of the gateway's environment, and never outlives the gateway (see
 * {@link Warden}). They sleep by SIGSTOP, which takes their processor time and leaves their memory.
 *
 * <p>Thread-safe. Works on any system with a POSIX {@code sh}. Where {@code setsid} is missing, children share the
 * gateway's process group: they then sleep by being stopped, and only {@code /proc} finds their own children.
 */
public final class ProcessRuntime implements ServiceRuntime {
    private static final int KEPT_LINES = 500;
    private static final Logger LOG = LoggerFactory.getLogger(ProcessRuntime.class);
    private static final Duration PORT_TIMEOUT = Duration.ofSeconds(90);
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(3);

    private final Timers timers;
    private final Duration portTimeout;
    private final ExecutorService workers = Workers.blocking("forge-process");
    private final List<String> newSession;
    private final String runName = UUID.randomUUID().toString();
    private final AtomicLong marks = new AtomicLong();
    private final Warden warden;
    private final ProcessTable table;
    private final Set<ProcessInstance> living = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable Thread> hook = new AtomicReference<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    public ProcessRuntime(Timers timers) {
        this(timers, PORT_TIMEOUT, findSetsid());
    }

    /**
     * @param portTimeout how long a server may take until its port answers
     * @param newSession the words that start a command in a session of its own; empty if this host has none
     */
    ProcessRuntime(Timers timers, Duration portTimeout, List<String> newSession) {
        this.timers = timers;
        this.portTimeout = portTimeout;
        this.newSession = newSession;
        this.warden = new Warden(newSession, runName + ".");
        this.table = new ProcessTable(timers);
    }

    @Override
    public String name() {
        return "process";
    }

    @Override
    public boolean supports(ServiceDefinition service) {
        return service.launch() instanceof Launch.Command launch
                && !launch.command().isEmpty()
                && (service.runtime() == RuntimeChoice.PROCESS || service.runtime() == RuntimeChoice.AUTO);
    }

    @Override
    public CompletionStage<Instance> start(ServiceDefinition service, InstanceId id, ExitListener exits) {
        if (closed.get()) {
            return CompletableFuture.failedFuture(
                    new GatewayException(ErrorCode.SHUTTING_DOWN, "The gateway is shutting down."));
        }
        ensureHook();
        Child child = new Child(service, id, newSession, runName + "." + marks.incrementAndGet() + ".");
        return CompletableFuture.supplyAsync(() -> spawn(child, exits), workers)
                .thenCompose(instance -> ready(child, instance).whenComplete((up, failure) -> {
                    if (failure != null) {
                        exits.wrote(id, child.log().last(KEPT_LINES));
                    }
                }));
    }

    @Override
    public void abandon(InstanceId id) {
        living.stream().filter(instance -> instance.id().equals(id)).forEach(instance -> instance.stop(CLOSE_GRACE));
    }

    /** Ends what is left: politely for a few seconds, then by force. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        CompletableFuture<?> ended = CompletableFuture.allOf(living.stream()
                .map(instance -> instance.stop(CLOSE_GRACE).toCompletableFuture())
                .toArray(CompletableFuture[]::new));
        try {
            ended.get(CLOSE_GRACE.toMillis() + 1_000, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | CompletionException late) {
            LOG.warn("event=children_killed count={}", living.size());
            living.forEach(ProcessInstance::kill);
        }
        warden.close();
        workers.shutdown();
        Thread registered = hook.getAndSet(null);
        if (registered != null && registered != Thread.currentThread()) {
            try {
                Runtime.getRuntime().removeShutdownHook(registered);
            } catch (IllegalStateException shuttingDown) {
                LOG.trace("event=hook_running", shuttingDown);
            }
        }
    }

    private ProcessInstance spawn(Child child, ExitListener exits) {
        Process process = child.spawn(warden);
        ProcessInstance instance = new ProcessInstance(child, process, warden, table, timers, workers);
        living.add(instance);
        table.follow(process.pid());
        CompletionStage<Process> exit = process.onExit();
        exit.whenComplete((status, failure) -> {
            instance.buryLeftovers().whenComplete((buried, unknown) -> living.remove(instance));
            if (!instance.stopping()) {
                exits.ending(instance.id());
                // The reason is worth more with the last line, which may still be on its way.
                child.lastWords(timers).whenComplete((words, unknown) -> exits.exited(instance.id(), words));
            }
        });
        if (closed.get()) {
            instance.kill();
        }
        return instance;
    }

    private CompletionStage<Instance> ready(Child child, ProcessInstance instance) {
        if (!child.listens()) {
            return CompletableFuture.completedFuture(instance);
        }
        CompletableFuture<Instance> ready = new CompletableFuture<>();
        long deadline = timers.nanoTime() + portTimeout.toNanos();
        poll(child, instance, ready, deadline, Duration.ofMillis(10));
        return ready;
    }

    private void poll(
            Child child, ProcessInstance instance, CompletableFuture<Instance> ready, long deadline, Duration pause) {
        workers.execute(() -> {
            if (!instance.alive()) {
                child.lastWords(timers)
                        .whenComplete((words, unknown) -> ready.completeExceptionally(child.failed(words)));
            } else if (child.answers()) {
                ready.complete(instance);
            } else if (timers.nanoTime() - deadline > 0) {
                instance.stop(CLOSE_GRACE)
                        .whenComplete(
                                (done, unknown) -> ready.completeExceptionally(child.failed("nobody answered on port "
                                        + child.port() + " within " + portTimeout.toSeconds() + " s")));
            } else {
                Duration next = pause.multipliedBy(2).compareTo(Duration.ofMillis(100)) > 0
                        ? Duration.ofMillis(100)
                        : pause.multipliedBy(2);
                timers.schedule(pause, () -> poll(child, instance, ready, deadline, next));
            }
        });
    }

    private void ensureHook() {
        if (hook.get() == null) {
            Thread created = new Thread(this::close, "forge-process-shutdown");
            if (hook.compareAndSet(null, created)) {
                Runtime.getRuntime().addShutdownHook(created);
            }
        }
    }

    private static List<String> findSetsid() {
        return Programs.find("setsid", System.getenv("PATH"), null)
                .map(path -> List.of(path.toString()))
                .orElseGet(() -> {
                    LOG.warn("event=setsid_missing effect=\"children share the gateway's process group: they sleep by"
                            + " being stopped, and Ctrl-C reaches them\" remedy=\"install util-linux or busybox\"");
                    return List.of();
                });
    }
}
