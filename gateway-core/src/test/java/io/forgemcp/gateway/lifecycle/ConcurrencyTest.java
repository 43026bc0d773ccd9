package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.NAME;
import static io.forgemcp.gateway.lifecycle.Lifecycle.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.SleepPolicy;
import io.forgemcp.gateway.time.SystemTimers;
import io.forgemcp.gateway.upstream.ClientKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConcurrencyTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final SleepPolicy EAGER =
            new SleepPolicy(true, Duration.ofMillis(2), Duration.ZERO, null, SleepPolicy.Depth.AUTO);

    private final SystemTimers timers = new SystemTimers();
    private final FakeRuntime runtime = new FakeRuntime();
    private final EventBus bus = new EventBus();
    private final ExecutorService callers = Executors.newFixedThreadPool(8);
    private final ServiceManager manager = new ServiceManager(
            List.of(runtime),
            new LifecycleSettings(
                    2,
                    4,
                    1024,
                    LONG,
                    Duration.ofSeconds(2),
                    Duration.ofMillis(50),
                    Duration.ofMillis(1),
                    Duration.ofMillis(4),
                    Duration.ofSeconds(30),
                    100_000),
            SystemPolicy.NONE,
            timers,
            bus,
            new NoMetrics());

    @AfterEach
    void close() {
        callers.shutdownNow();
        manager.close();
        timers.close();
    }

    private CompletableFuture<Lease> acquire() {
        return manager.acquire(NAME, ClientKey.GATEWAY, LONG).toCompletableFuture();
    }

    private List<Lease> acquireFromManyThreads(int count) throws Exception {
        List<CompletableFuture<Lease>> calls = new ArrayList<>();
        CountDownLatch go = new CountDownLatch(1);
        for (int i = 0; i < count; i++) {
            calls.add(CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    go.await();
                                } catch (InterruptedException stopped) {
                                    throw new IllegalStateException(stopped);
                                }
                                return acquire();
                            },
                            callers)
                    .thenCompose(call -> call));
        }
        go.countDown();
        List<Lease> leases = new ArrayList<>();
        for (CompletableFuture<Lease> call : calls) {
            leases.add(call.get(30, TimeUnit.SECONDS));
        }
        return leases;
    }

    @Test
    void aThousandCallersOfAStoppedServiceStartItOnceAndOfASleepingOneWakeItOnce() throws Exception {
        manager.register(service("search").build());
        List<Lease> leases = acquireFromManyThreads(1000);
        assertThat(runtime.starts).hasValue(1);
        assertThat(manager.status(NAME).orElseThrow().inFlight()).isEqualTo(1000);
        leases.forEach(Lease::close);
        assertThat(manager.status(NAME).orElseThrow().inFlight()).isZero();

        manager.sleep(NAME, Force.YES).toCompletableFuture().get(30, TimeUnit.SECONDS);
        acquireFromManyThreads(1000).forEach(Lease::close);
        assertThat(runtime.starts).hasValue(1);
        assertThat(runtime.last().wakes).hasValue(1);
    }

    @Test
    void noInstanceSleepsOrEndsWhileALeaseOnItIsHeld() throws Exception {
        manager.register(service("search").sleepPolicy(EAGER).build());
        AtomicLong wrong = new AtomicLong();
        long seed = seed();
        List<CompletableFuture<Void>> workers = new ArrayList<>();
        for (int worker = 0; worker < 8; worker++) {
            Random random = new Random(seed + worker);
            workers.add(CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < 2000; i++) {
                            try (Lease lease =
                                    acquire().orTimeout(30, TimeUnit.SECONDS).join()) {
                                FakeRuntime.FakeInstance used = runtime.instances.get(
                                        (int) lease.target().instance().number() - 1);
                                if (used.asleep || used.ended) {
                                    wrong.incrementAndGet();
                                }
                            }
                            if (random.nextInt(50) == 0) {
                                // Long enough for the two milliseconds of idle time to pass now and then.
                                CompletableFuture<Void> pause = new CompletableFuture<>();
                                timers.schedule(Duration.ofMillis(random.nextInt(6)), () -> pause.complete(null));
                                pause.join();
                            }
                        }
                    },
                    callers));
        }
        for (CompletableFuture<Void> worker : workers) {
            worker.get(60, TimeUnit.SECONDS);
        }
        assertThat(wrong).hasValue(0);
        assertThat(manager.status(NAME).orElseThrow().inFlight()).isZero();
        await().until(() -> manager.status(NAME).orElseThrow().state() == ServiceState.SLEEPING);
    }

    @Test
    void aStormOfCommandsAndCrashesLosesNoLeaseAndEndsInALegalState() throws Exception {
        manager.register(service("search").sleepPolicy(EAGER).build());
        storm(NAME, ignored -> ClientKey.GATEWAY);
        assertThat(manager.transitions(NAME))
                .allSatisfy(step -> assertThat(StateTable.allows(step.from(), step.to()))
                        .as("%s to %s", step.from(), step.to())
                        .isTrue());
        assertThat(runtime.alive()).isLessThanOrEqualTo(1);
    }

    @Test
    void aStormOverDedicatedInstancesNeverRunsMoreThanAllowed() throws Exception {
        manager.register(service("search")
                .isolation(Isolation.SESSION)
                .instances(0, 3)
                .sleepPolicy(EAGER)
                .build());
        AtomicLong most = new AtomicLong();
        try (EventBus.Subscription watching =
                bus.subscribe(event -> most.accumulateAndGet(runtime.alive(), Math::max))) {
            storm(NAME, random -> new ClientKey("client-" + random.nextInt(5)));
        }
        assertThat(most.get()).isBetween(1L, 3L);
    }

    @Test
    void aStormOverSharedInstancesThatAreScaledNeverRunsMoreThanAllowed() throws Exception {
        manager.register(service("search").instances(0, 3).sleepPolicy(EAGER).build());
        AtomicLong most = new AtomicLong();
        try (EventBus.Subscription watching =
                bus.subscribe(event -> most.accumulateAndGet(runtime.alive(), Math::max))) {
            storm(NAME, random -> new ClientKey("client-" + random.nextInt(5)));
        }
        assertThat(most.get()).isBetween(1L, 3L);
    }

    private void storm(ServiceName name, java.util.function.Function<Random, ClientKey> client) throws Exception {
        long seed = seed();
        Set<ErrorCode> expected =
                EnumSet.of(ErrorCode.ILLEGAL_TRANSITION, ErrorCode.SERVICE_UNAVAILABLE, ErrorCode.WAKE_TIMEOUT);
        List<CompletionStage<?>> commands = java.util.Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<Void>> workers = new ArrayList<>();
        for (int worker = 0; worker < 8; worker++) {
            Random random = new Random(seed * 31 + worker);
            workers.add(CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < 400; i++) {
                            commands.add(command(name, client.apply(random), random));
                        }
                    },
                    callers));
        }
        for (CompletableFuture<Void> worker : workers) {
            worker.get(60, TimeUnit.SECONDS);
        }
        for (CompletionStage<?> command : commands) {
            try {
                command.toCompletableFuture().get(60, TimeUnit.SECONDS);
            } catch (java.util.concurrent.ExecutionException failure) {
                assertThat(GatewayException.of(failure).code())
                        .as("seed %d", seed)
                        .isIn(expected);
            }
        }
        await().until(() -> manager.status(name).orElseThrow().inFlight() == 0);
        await().until(() -> {
            ServiceState state = manager.status(name).orElseThrow().state();
            return state == ServiceState.SLEEPING || state == ServiceState.STOPPED || state == ServiceState.ERROR;
        });
        // It still serves.
        for (int i = 0; i < 5; i++) {
            manager.releaseClient(new ClientKey("client-" + i));
        }
        manager.acquire(name, client.apply(new Random(seed)), LONG)
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS)
                .close();
    }

    private CompletionStage<?> command(ServiceName name, ClientKey client, Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> manager.start(name);
            case 1 -> manager.stop(name, Force.NO);
            case 2 -> manager.stop(name, Force.YES);
            case 3 -> manager.sleep(name, Force.YES);
            case 4 -> random.nextBoolean() ? manager.restart(name) : manager.scale(name, random.nextInt(4), "storm");
            case 5 -> {
                List<FakeRuntime.FakeInstance> instances = runtime.instances;
                if (!instances.isEmpty()) {
                    FakeRuntime.FakeInstance last = instances.get(instances.size() - 1);
                    if (!last.ended) {
                        last.crash("struck by lightning");
                    }
                }
                yield CompletableFuture.completedFuture(null);
            }
            case 6 -> {
                manager.releaseClient(client);
                yield CompletableFuture.completedFuture(null);
            }
            default ->
                manager.acquire(name, client, Duration.ofMillis(20 + random.nextInt(200)))
                        .thenAccept(lease -> timers.schedule(Duration.ofMillis(random.nextInt(3)), lease::close));
        };
    }

    /** Printed, so that a failure can be run again with FORGE_TEST_SEED. */
    private static long seed() {
        String given = System.getenv("FORGE_TEST_SEED");
        long seed = given == null ? System.nanoTime() : Long.parseLong(given);
        System.out.println("FORGE_TEST_SEED=" + seed);
        return seed;
    }
}
