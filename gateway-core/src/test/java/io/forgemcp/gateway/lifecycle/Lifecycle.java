package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.event.GatewayEvent;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.SleepPolicy;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.upstream.ClientKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** A service manager on one thread and manual time, with one runtime that does what the test says. */
final class Lifecycle implements AutoCloseable {
    static final ServiceName NAME = ServiceName.of("search");
    static final Duration PATIENCE = Duration.ofSeconds(30);
    static final SleepPolicy POLICY =
            new SleepPolicy(true, Duration.ofSeconds(300), Duration.ofSeconds(60), null, SleepPolicy.Depth.AUTO);

    final ManualTimers timers = new ManualTimers();
    final FakeRuntime runtime = new FakeRuntime();
    final EventBus bus = new EventBus();
    final List<GatewayEvent> events = new ArrayList<>();
    final ServiceManager manager;

    /** Runs mailboxes, and tells those who wait. */
    Executor executor = Runnable::run;

    Lifecycle() {
        this(2);
    }

    Lifecycle(int concurrentStarts) {
        this(concurrentStarts, SystemPolicy.NONE);
    }

    Lifecycle(int concurrentStarts, SystemPolicy policy) {
        bus.subscribe(events::add);
        LifecycleSettings defaults = LifecycleSettings.defaults();
        manager = new ServiceManager(
                List.of(runtime, new RemoteRuntime(), new JavaRuntime()),
                new LifecycleSettings(
                        concurrentStarts,
                        concurrentStarts,
                        3,
                        Duration.ofSeconds(120),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(30),
                        defaults.history()),
                policy,
                timers,
                bus,
                new NoMetrics(),
                task -> executor.execute(task),
                Runnable::run,
                () -> {});
    }

    static ServiceDefinition.Builder service(String name) {
        return ServiceDefinition.stdio(name, "some-server").sleepPolicy(POLICY);
    }

    Lifecycle with(ServiceDefinition.Builder service) {
        manager.register(service.build());
        return this;
    }

    static Lifecycle withService() {
        return new Lifecycle().with(service("search"));
    }

    CompletableFuture<Lease> acquire() {
        return acquire("search", ClientKey.GATEWAY);
    }

    CompletableFuture<Lease> acquire(String name, ClientKey client) {
        return manager.acquire(ServiceName.of(name), client, PATIENCE).toCompletableFuture();
    }

    /** One short call. */
    void use() {
        acquire().join().close();
    }

    ServiceStatus status() {
        return manager.status(NAME).orElseThrow();
    }

    ServiceState state() {
        return status().state();
    }

    /** Why a service last changed its state, as told to whoever listens. */
    String lastReason() {
        return events.stream()
                .filter(ServiceStateChanged.class::isInstance)
                .reduce((earlier, later) -> later)
                .map(change -> ((ServiceStateChanged) change).reason())
                .orElseThrow();
    }

    void pass(long seconds) {
        timers.advance(Duration.ofSeconds(seconds));
    }

    static GatewayException failure(CompletionStage<?> stage) {
        CompletableFuture<?> future = stage.toCompletableFuture();
        if (!future.isCompletedExceptionally()) {
            throw new AssertionError("Not failed: " + future);
        }
        try {
            future.join();
            throw new AssertionError("unreachable");
        } catch (RuntimeException wrapped) {
            return GatewayException.of(wrapped);
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
