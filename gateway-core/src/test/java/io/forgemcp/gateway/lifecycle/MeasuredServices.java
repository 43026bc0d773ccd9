package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.event.GatewayEvent;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.upstream.ClientKey;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A service manager on one thread and manual time whose instances use what the test says; for tests of other packages. */
public final class MeasuredServices implements AutoCloseable {
    public final ManualTimers timers = new ManualTimers();
    public final EventBus bus = new EventBus();
    public final List<GatewayEvent> events = new ArrayList<>();
    public final List<Measured> instances = new ArrayList<>();
    public final ServiceManager manager;
    public boolean refuseStarts;
    /** How long each wake takes. */
    public Duration wakeTakes = Duration.ZERO;

    public MeasuredServices() {
        this(new NoMetrics());
    }

    public MeasuredServices(GatewayMetrics metrics) {
        this(metrics, SystemPolicy.NONE);
    }

    public MeasuredServices(GatewayMetrics metrics, SystemPolicy policy) {
        bus.subscribe(events::add);
        manager = new ServiceManager(
                List.of(new Runtime()),
                LifecycleSettings.defaults(),
                policy,
                timers,
                bus,
                metrics,
                Runnable::run,
                Runnable::run,
                () -> {});
    }

    public MeasuredServices with(ServiceDefinition.Builder service) {
        manager.register(service.build());
        return this;
    }

    public Lease acquire(String name) {
        return manager.acquire(ServiceName.of(name), ClientKey.GATEWAY, Duration.ofSeconds(30))
                .toCompletableFuture()
                .join();
    }

    public int awake(String name) {
        return manager.load(ServiceName.of(name)).orElseThrow().awake();
    }

    public void pass(Duration time) {
        timers.advance(time);
    }

    @Override
    public void close() {
        manager.close();
    }

    private final class Runtime implements ServiceRuntime {
        @Override
        public String name() {
            return "measured";
        }

        @Override
        public boolean supports(ServiceDefinition service) {
            return true;
        }

        @Override
        public CompletionStage<Instance> start(ServiceDefinition service, InstanceId id, ExitListener exits) {
            if (refuseStarts) {
                return CompletableFuture.failedFuture(new IllegalStateException("no room"));
            }
            Measured instance = new Measured(id, this::wake);
            instances.add(instance);
            return CompletableFuture.completedFuture(instance);
        }

        private CompletionStage<Void> wake() {
            CompletableFuture<Void> woken = new CompletableFuture<>();
            if (wakeTakes.isZero()) {
                woken.complete(null);
            } else {
                timers.schedule(wakeTakes, () -> woken.complete(null));
            }
            return woken;
        }
    }

    /** An instance that uses what the test says. */
    public static final class Measured implements Instance {
        private final InstanceId id;
        private final Supplier<CompletionStage<Void>> waking;
        public @Nullable Usage usage;
        public Limits limits = Limits.NONE;
        public boolean stopped;
        public boolean asleep;

        private Measured(InstanceId id, Supplier<CompletionStage<Void>> waking) {
            this.id = id;
            this.waking = waking;
        }

        @Override
        public InstanceId id() {
            return id;
        }

        @Override
        public InstanceAddress address() {
            return new InstanceAddress.Stdio(OutputStream.nullOutputStream(), InputStream.nullInputStream());
        }

        @Override
        public Set<SleepDepth> depths() {
            return Set.of(SleepDepth.FREEZE);
        }

        @Override
        public CompletionStage<Void> sleep(SleepDepth depth) {
            asleep = true;
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Void> wake() {
            asleep = false;
            return waking.get();
        }

        @Override
        public CompletionStage<Void> stop(Duration grace) {
            stopped = true;
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public @Nullable Usage usage() {
            return usage;
        }

        @Override
        public Limits limits() {
            return limits;
        }
    }
}
