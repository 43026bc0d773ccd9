package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Instances that do what the test says: operations complete at once, or when the test lets them. Thread-safe. */
final class FakeRuntime implements ServiceRuntime {
    final List<FakeInstance> instances = new CopyOnWriteArrayList<>();
    final AtomicInteger starts = new AtomicInteger();
    volatile Set<SleepDepth> depths = Set.of(SleepDepth.FREEZE);
    /** Null lets every start succeed at once. */
    volatile CompletableFuture<Void> startGate;

    /** What a start writes before it fails. */
    volatile List<String> writes = List.of();

    /** What a start of the service of this name waits for before it takes its turn. */
    final java.util.Map<String, CompletableFuture<Void>> fetches = new java.util.concurrent.ConcurrentHashMap<>();

    /** The names of the services for which it was asked to fetch what they need. */
    final List<String> fetched = new CopyOnWriteArrayList<>();

    volatile CompletableFuture<Void> wakeGate;
    volatile CompletableFuture<Void> sleepGate;
    volatile CompletableFuture<Void> stopGate;
    /** What happens to an instance that is there and has not been reported as started or found yet. */
    volatile java.util.function.Consumer<FakeInstance> beforeReady = instance -> {};

    /** What happens to an instance that has woken, before that is reported. */
    volatile java.util.function.Consumer<FakeInstance> afterWake = instance -> {};

    /** Where its instances are spoken to. */
    volatile InstanceAddress address =
            new InstanceAddress.Stdio(OutputStream.nullOutputStream(), InputStream.nullInputStream());

    volatile boolean closed;
    /** Whether its instances know how they are, besides telling what others do to them. */
    volatile boolean watchesFreezing = true;
    /** What an earlier gateway left behind: the depth at which each sleeps, empty for awake. */
    final List<java.util.Optional<SleepDepth>> leftBehind = new CopyOnWriteArrayList<>();

    volatile CompletableFuture<Void> adoptGate;
    final AtomicInteger adoptions = new AtomicInteger();
    volatile java.util.Map<SleepDepth, String> withheld = java.util.Map.of();
    volatile java.util.function.Function<FakeInstance, Instance.Usage> usage = instance -> new Instance.Usage(1000, 0);

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public boolean supports(ServiceDefinition service) {
        return service.launch() instanceof Launch.Command;
    }

    @Override
    public CompletionStage<Void> prepare(ServiceDefinition service) {
        fetched.add(service.name().value());
        return gate(fetches.get(service.name().value()));
    }

    @Override
    public CompletionStage<Instance> start(ServiceDefinition service, InstanceId id, ExitListener exits) {
        starts.incrementAndGet();
        exits.wrote(id, writes);
        return gate(startGate).thenApply(open -> {
            FakeInstance instance = new FakeInstance(id, exits);
            instances.add(instance);
            beforeReady.accept(instance);
            return instance;
        });
    }

    @Override
    public CompletionStage<List<Adopted>> adopt(
            ServiceDefinition service, java.util.function.Supplier<InstanceId> ids, ExitListener exits) {
        adoptions.incrementAndGet();
        return gate(adoptGate)
                .thenApply(open -> leftBehind.stream()
                        .map(depth -> {
                            FakeInstance instance = new FakeInstance(ids.get(), exits);
                            instance.depth = depth.orElse(null);
                            instance.asleep = depth.isPresent();
                            instances.add(instance);
                            beforeReady.accept(instance);
                            return new Adopted(instance, depth.orElse(null));
                        })
                        .toList());
    }

    @Override
    public java.util.Map<SleepDepth, String> withheldDepths() {
        return withheld;
    }

    @Override
    public void close() {
        closed = true;
    }

    void failStarts(String why) {
        startGate = CompletableFuture.failedFuture(new GatewayException(ErrorCode.SERVICE_START_FAILED, why));
    }

    FakeInstance last() {
        return instances.get(instances.size() - 1);
    }

    long alive() {
        return instances.stream().filter(instance -> !instance.ended).count();
    }

    private static CompletableFuture<Void> gate(CompletableFuture<Void> gate) {
        return gate == null ? CompletableFuture.completedFuture(null) : gate.copy();
    }

    final class FakeInstance implements Instance {
        private final InstanceId id;
        private final ExitListener exits;
        final AtomicInteger sleeps = new AtomicInteger();
        final AtomicInteger wakes = new AtomicInteger();
        volatile boolean asleep;
        volatile SleepDepth depth;
        volatile boolean ended;
        volatile List<String> lines = List.of();

        FakeInstance(InstanceId id, ExitListener exits) {
            this.id = id;
            this.exits = exits;
        }

        @Override
        public InstanceId id() {
            return id;
        }

        @Override
        public InstanceAddress address() {
            return address;
        }

        @Override
        public List<String> logs(int count) {
            return lines.subList(Math.max(0, lines.size() - count), lines.size());
        }

        @Override
        public Set<SleepDepth> depths() {
            return depths;
        }

        @Override
        public CompletionStage<Void> sleep(SleepDepth depth) {
            sleeps.incrementAndGet();
            return gate(sleepGate).thenRun(() -> {
                asleep = true;
                this.depth = depth;
            });
        }

        @Override
        public CompletionStage<Void> wake() {
            wakes.incrementAndGet();
            return gate(wakeGate).thenRun(() -> {
                asleep = false;
                depth = null;
                afterWake.accept(this);
            });
        }

        @Override
        public CompletionStage<Void> stop(Duration grace) {
            return gate(stopGate).thenRun(() -> ended = true);
        }

        @Override
        public Usage usage() {
            return usage.apply(this);
        }

        @Override
        public Optional<Boolean> frozen() {
            return watchesFreezing ? Optional.of(asleep) : Optional.empty();
        }

        void byHand(SleepDepth now) {
            asleep = now != null;
            depth = now;
            exits.observed(id, now);
        }

        /** It ends; the reason comes with {@link #crash}. */
        void dies() {
            exits.ending(id);
        }

        void endByHand(String why) {
            ended = true;
            exits.endedByHand(id, why);
        }

        void crash(String why) {
            ended = true;
            exits.exited(id, why);
        }
    }
}
