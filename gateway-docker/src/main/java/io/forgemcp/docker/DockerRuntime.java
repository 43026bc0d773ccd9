package io.forgemcp.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Event;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.thread.Workers;
import io.forgemcp.gateway.time.SystemTimers;
import io.forgemcp.gateway.time.Timers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Services as containers of a Docker engine: stdio servers spoken to on the container's standard streams, HTTP servers at
 * the container's address. They sleep by being paused and, where the host has swap, by having their memory moved there.
 *
 * <p>Thread-safe. The engine may be away when this is made, and may come and go: services that need it are unavailable
 * meanwhile, with the reason. What an earlier gateway of the same owner left is taken over or removed.
 */
public final class DockerRuntime implements ServiceRuntime {
    private static final Logger LOG = LoggerFactory.getLogger(DockerRuntime.class);
    private static final Duration PROBE = Duration.ofMillis(300);
    private static final Duration SWAP_COUNTS = Duration.ofSeconds(1);
    private static final Duration FIRST_POLL = Duration.ofMillis(10);
    private static final Duration LONGEST_POLL = Duration.ofMillis(100);
    private static final long CLOSE_SECONDS = 10;
    private static final long PENDING_SECONDS = 4;

    private final DockerSettings settings;
    private final Timers timers;
    private final @Nullable SystemTimers ownTimers;
    private final ExecutorService workers = Workers.blocking("forge-docker");
    private final Labels labels;
    private final Engine engine;
    private final Images images;
    private final Networks networks;
    private final ContainerStart starts;
    private final Adoption adoption;
    private final AskedUsage askedUsage;
    private final Map<String, DockerInstance> living = new ConcurrentHashMap<>();
    private final Set<String> discarded = ConcurrentHashMap.newKeySet();
    private final Set<InstanceId> abandoned = ConcurrentHashMap.newKeySet();
    /** Starts under way, which must not make containers behind the back of {@link #close}. */
    private final Map<InstanceId, CompletableFuture<Instance>> pending = new ConcurrentHashMap<>();
    /** Services whose containers of an earlier run have been dealt with. */
    private final Set<ServiceName> settled = ConcurrentHashMap.newKeySet();

    private volatile SwapSpace swap = new SwapSpace(0, 0, 0, 0, "none");
    private volatile long swapReadAt;
    private volatile boolean swapRead;
    private volatile boolean closed;

    /** In real time. */
    public DockerRuntime(DockerSettings settings) {
        this(settings, new SystemTimers(), true);
    }

    /** @param timers where time comes from */
    public DockerRuntime(DockerSettings settings, Timers timers) {
        this(settings, timers, false);
    }

    private DockerRuntime(DockerSettings settings, Timers timers, boolean own) {
        this.settings = settings;
        this.timers = timers;
        this.ownTimers = own ? (SystemTimers) timers : null;
        labels = new Labels(settings.owner());
        engine = new Engine(EngineSocket.address(settings.host()), labels.ofOwner(), timers, workers, new FromEngine());
        images = new Images(engine, timers, settings.pullMissing());
        networks = new Networks(engine, labels);
        askedUsage = new AskedUsage(engine, timers, workers);
        starts = new ContainerStart(
                engine,
                labels,
                networks,
                new VolumeMounts(settings.volumeDirectories(), settings.ownFiles()),
                new Around());
        adoption = new Adoption(
                engine,
                labels,
                images,
                starts,
                instance -> living.put(instance.container().id(), instance));
    }

    @Override
    public String name() {
        return "docker";
    }

    /**
     * Whether the service names an image and, where a process would do as well, an engine answers or has ever answered: one
     * that is away for a moment must not make a process of the host out of a container. Takes a millisecond the first time,
     * and at most 300 if an engine is there that does not answer.
     */
    @Override
    public boolean supports(ServiceDefinition service) {
        if (!(service.launch() instanceof Launch.Command launch) || launch.image() == null) {
            return false;
        }
        return switch (service.runtime()) {
            case DOCKER -> true;
            // Where nothing else may run it the failure of its start says what is missing.
            case AUTO -> ContainerPlan.isNeeded(launch) || engine.wasThere() || engineAnswers(service.name());
            default -> false;
        };
    }

    @Override
    public Map<String, String> objections(ServiceDefinition service) {
        return starts.objections(service, engine.facts(PROBE));
    }

    /** As {@link #objections}, without asking the engine, whose host may then be too small. */
    public Map<String, String> objectionsWithoutEngine(ServiceDefinition service) {
        return starts.objections(service, null);
    }

    private boolean engineAnswers(ServiceName service) {
        boolean answers = engine.answers(PROBE);
        if (!answers) {
            LOG.info("event=runs_without_container service={} reason=\"{}\"", service, engine.absence());
        }
        return answers;
    }

    @Override
    public @Nullable String problem() {
        return engine.answers(PROBE) ? null : engine.absence() + ".";
    }

    @Override
    public Map<SleepDepth, String> withheldDepths() {
        EngineLink link = engine.link();
        return link == null ? Map.of() : link.facts().withheld(swap());
    }

    @Override
    public CompletionStage<Void> prepare(ServiceDefinition service) {
        return found(service)
                .thenAccept(there -> {})
                .exceptionallyCompose(
                        failure -> CompletableFuture.failedFuture(EngineFailure.named(service.name(), failure)));
    }

    @Override
    public CompletionStage<Instance> start(ServiceDefinition service, InstanceId id, ExitListener exits) {
        if (closed) {
            return CompletableFuture.failedFuture(shuttingDown());
        }
        CompletableFuture<Instance> start = found(service)
                .thenComposeAsync(found -> run(service, id, exits, found), workers)
                .exceptionallyCompose(
                        failure -> CompletableFuture.failedFuture(EngineFailure.named(service.name(), failure)))
                .toCompletableFuture();
        pending.put(id, start);
        return start.whenComplete((instance, failure) -> {
            pending.remove(id);
            abandoned.remove(id);
        });
    }

    /** The engine and the image; fetches the image first if it is missing. */
    private CompletableFuture<Found> found(ServiceDefinition service) {
        String image = Objects.requireNonNull(((Launch.Command) service.launch()).image());
        return engine.connect()
                .thenApplyAsync(
                        link -> {
                            if (settled.add(service.name())) {
                                adoption.removeLeft(service, living.keySet());
                            }
                            return new Found(link, images.find(image));
                        },
                        workers)
                .thenCompose(found -> found.image() != null
                        ? CompletableFuture.completedFuture(found)
                        : images.fetch(found.link(), service.name(), image)
                                .thenApplyAsync(fetched -> new Found(found.link(), images.find(image)), workers));
    }

    private record Found(EngineLink link, @Nullable InspectImageResponse image) {}

    private CompletionStage<Instance> run(ServiceDefinition service, InstanceId id, ExitListener exits, Found found) {
        if (found.image() == null) {
            throw EngineFailure.startFailed(service.name(), "its image was fetched and is not there");
        }
        ContainerPlan plan = starts.plan(service, found.link(), found.image());
        DockerInstance instance;
        try {
            instance = starts.create(service, id, plan, exits);
        } catch (GatewayException known) {
            throw known;
        } catch (RuntimeException refused) {
            throw EngineFailure.startFailed(service.name(), EngineFailure.reason(refused), refused);
        }
        living.put(instance.container().id(), instance);
        try {
            starts.run(instance, service, plan, found.image());
        } catch (IOException | RuntimeException failure) {
            instance.startEnded(null, failure);
            instance.stop(Duration.ZERO);
            throw failure instanceof GatewayException known
                    ? known
                    : EngineFailure.startFailed(service.name(), EngineFailure.reason(failure), failure);
        }
        if (closed || abandoned.remove(id)) {
            instance.container().remove();
            instance.stop(Duration.ZERO);
            throw shuttingDown();
        }
        return plan.listens() ? ready(service, plan, instance) : CompletableFuture.completedFuture(instance);
    }

    /** Waits for the port of an HTTP server. */
    private CompletionStage<Instance> ready(ServiceDefinition service, ContainerPlan plan, DockerInstance instance) {
        CompletableFuture<Instance> ready = new CompletableFuture<>();
        long deadline = timers.nanoTime() + settings.portTimeout().toNanos();
        poll(service, plan, instance, ready, deadline, FIRST_POLL);
        return ready.whenComplete(instance::startEnded);
    }

    private void poll(
            ServiceDefinition service,
            ContainerPlan plan,
            DockerInstance instance,
            CompletableFuture<Instance> ready,
            long deadline,
            Duration pause) {
        workers.execute(() -> {
            if (instance.died().toCompletableFuture().isDone()) {
                ready.completeExceptionally(EngineFailure.startFailed(service.name(), instance.end()));
            } else if (closed || abandoned.remove(instance.id())) {
                instance.stop(Duration.ZERO);
                ready.completeExceptionally(EngineFailure.startFailed(service.name(), "it was stopped"));
            } else if (ContainerStart.answers(instance)) {
                ready.complete(instance);
            } else if (timers.nanoTime() - deadline > 0) {
                instance.stop(Duration.ZERO);
                ready.completeExceptionally(EngineFailure.startFailed(
                        service.name(),
                        "nobody answered on port " + plan.port() + " of its container within "
                                + settings.portTimeout().toSeconds()
                                + " s. In a container a server has to listen on 0.0.0.0, not on localhost"));
            } else {
                if (instance.believedPaused()) {
                    // Somebody did that by hand; it would never come to listen.
                    instance.wake();
                }
                Duration next = pause.multipliedBy(2);
                timers.schedule(
                        pause,
                        () -> poll(
                                service,
                                plan,
                                instance,
                                ready,
                                deadline,
                                next.compareTo(LONGEST_POLL) > 0 ? LONGEST_POLL : next));
            }
        });
    }

    @Override
    public void abandon(InstanceId id) {
        if (pending.containsKey(id)) {
            abandoned.add(id);
        }
    }

    @Override
    public CompletionStage<List<Adopted>> adopt(
            ServiceDefinition service, Supplier<InstanceId> ids, ExitListener exits) {
        return engine.connect()
                .thenApplyAsync(
                        link -> {
                            settled.add(service.name());
                            return adoption.adopt(link, service, ids, exits);
                        },
                        workers)
                // Without an engine there is nothing to take over; when it comes, strangers are removed.
                .exceptionally(failure -> {
                    LOG.debug("event=nothing_adopted service={}", service.name(), failure);
                    return List.of();
                });
    }

    /** Ends what is left, and removes the networks. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (engine.wasThere()) {
            // It may be away just now; then it is asked once more, and what stays is the next gateway's to clear.
            CompletableFuture<Void> cleared = engine.connect().thenRunAsync(this::clear, workers);
            try {
                cleared.get(CLOSE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException | CompletionException incomplete) {
                LOG.warn("event=containers_left reason=\"{}\"", EngineFailure.reason(incomplete));
            }
        }
        engine.close();
        workers.shutdown();
        if (ownTimers != null) {
            ownTimers.close();
        }
    }

    private void clear() {
        CompletableFuture.allOf(pending.values().toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, PENDING_SECONDS, TimeUnit.SECONDS)
                .exceptionally(failure -> null)
                .join();
        CompletableFuture<?>[] ends = living.values().stream()
                .map(instance -> instance.stop(Duration.ZERO).toCompletableFuture())
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(ends).exceptionally(failure -> null).join();
        own().forEach(container -> new EngineContainer(engine, container.getId()).remove());
        networks.removeAll();
    }

    private List<Container> own() {
        return engine.call(client -> client.listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(labels.ofOwner())
                .exec());
    }

    private SwapSpace swap() {
        long now = timers.nanoTime();
        if (!swapRead || now - swapReadAt > SWAP_COUNTS.toNanos()) {
            swap = SwapSpace.read(Path.of("/proc"), Path.of("/sys"));
            swapReadAt = now;
            swapRead = true;
        }
        return swap;
    }

    private static GatewayException shuttingDown() {
        return new GatewayException(ErrorCode.SHUTTING_DOWN, "The gateway is shutting down.");
    }

    /** What instances may ask. */
    private final class Around implements Surroundings {
        @Override
        public Executor workers() {
            return this::execute;
        }

        /** After the runtime has been closed nobody may be left waiting; the engine is not asked any more then. */
        private void execute(Runnable task) {
            try {
                workers.execute(task);
            } catch (RejectedExecutionException closedMeanwhile) {
                task.run();
            }
        }

        @Override
        public void later(Duration delay, Runnable task) {
            timers.schedule(delay, task);
        }

        @Override
        public SwapSpace swap() {
            return DockerRuntime.this.swap();
        }

        @Override
        public Map<SleepDepth, String> withheldDepths() {
            return DockerRuntime.this.withheldDepths();
        }

        @Override
        public Instance.@Nullable Usage asked(EngineContainer container, boolean paused) {
            return askedUsage.of(container, paused);
        }

        @Override
        public void forget(DockerInstance instance) {
            living.remove(instance.container().id(), instance);
            askedUsage.forget(instance.container());
        }

        @Override
        public void discard(EngineContainer container) {
            discarded.add(container.id());
        }
    }

    /** What the engine tells. */
    private final class FromEngine implements Engine.Listener {
        @Override
        public void happened(Event event) {
            DockerInstance instance = event.getActor() == null
                    ? null
                    : living.get(event.getActor().getId());
            if (instance == null || event.getAction() == null) {
                return;
            }
            switch (event.getAction()) {
                case "oom" -> instance.ranOutOfMemory();
                case "kill" -> instance.signalled(event.getActor().getAttributes());
                case "die", "destroy" -> instance.ended("its container ended");
                case "pause" -> changed(instance, true);
                case "unpause" -> changed(instance, false);
                default -> {}
            }
        }

        private void changed(DockerInstance instance, boolean paused) {
            if (instance.believedPaused() != paused) {
                instance.pauseChanged();
            }
        }

        /** Makes up for what was not heard: compares what there is with what should be. */
        @Override
        public void connected(EngineLink link) {
            List<Container> present = link.commands()
                    .listContainersCmd()
                    .withShowAll(true)
                    .withLabelFilter(labels.ofOwner())
                    .exec();
            for (DockerInstance instance : living.values()) {
                Container seen = present.stream()
                        .filter(container ->
                                container.getId().equals(instance.container().id()))
                        .findFirst()
                        .orElse(null);
                String state = seen == null ? "gone" : seen.getState();
                switch (state) {
                    case "running", "created", "restarting" -> changed(instance, false);
                    case "paused" -> changed(instance, true);
                    default -> instance.ended("its container ended while the engine could not be heard");
                }
            }
            present.stream()
                    .filter(this::unwanted)
                    .forEach(container -> workers.execute(() -> remove(link, container)));
        }

        private boolean unwanted(Container container) {
            if (discarded.contains(container.getId())) {
                return true;
            }
            String service = container.getLabels().get(Labels.SERVICE);
            return !settings.configured().isEmpty()
                    && !living.containsKey(container.getId())
                    && settings.configured().stream()
                            .noneMatch(name -> name.value().equals(service));
        }

        private void remove(EngineLink link, Container container) {
            try {
                link.commands()
                        .removeContainerCmd(container.getId())
                        .withForce(true)
                        .withRemoveVolumes(true)
                        .exec();
                discarded.remove(container.getId());
            } catch (RuntimeException failure) {
                LOG.debug("event=container_not_removed container={}", container.getId(), failure);
            }
        }
    }
}
