package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.ClientKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Random commands, calls, crashes, hands of others and slow or failing answers of the runtime, over several services that
 * share a budget, on manual time. A failure prints its seed; FORGE_TEST_SEED runs it again.
 */
class RandomLifeTest {
    private static final List<String> NAMES = List.of("one", "two", "many", "own", "kept");
    private static final int STEPS = 400;

    private final long seed = seed();
    private final Random random = new Random(seed);
    private final Lifecycle on = new Lifecycle(
            2,
            new SystemPolicy(
                    SleepSettings.DEFAULT.withWakeTimeout(Lifecycle.PATIENCE),
                    new ServiceBudget(null, null, 3, Map.of()),
                    new EmergencySettings(
                            0.9, 0.9, 0.9, 0.9, List.of(EmergencySettings.Action.values()), Set.of("kept"))));
    private final List<Lease> held = new ArrayList<>();
    private final List<CompletableFuture<Lease>> calls = new ArrayList<>();
    private final List<CompletableFuture<Void>> gates = new ArrayList<>();
    private double memory = 0.3;

    private static long seed() {
        String given = System.getenv("FORGE_TEST_SEED");
        return given == null ? System.nanoTime() : Long.parseLong(given);
    }

    @RepeatedTest(15)
    void everyStateIsLegalNobodyWaitsForEverAndNoInstanceSleepsUnderALease() {
        on.runtime.depths = Set.of(SleepDepth.FREEZE, SleepDepth.SHALLOW, SleepDepth.DEEP);
        on.with(service("one").priority(Priority.LOW))
                .with(service("two").priority(Priority.HIGH))
                .with(service("many").instances(0, 3))
                .with(service("own").isolation(Isolation.SESSION).instances(0, 2))
                .with(service("kept").instances(1, 2).priority(Priority.CRITICAL));
        on.manager.watchSystem(() -> new SystemLoad.Reading(memory, 0.1, 0.1), () -> null);
        try {
            for (int i = 0; i < STEPS; i++) {
                step();
                check();
            }
            settle();
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError("FORGE_TEST_SEED=" + seed + ": " + failure.getMessage(), failure);
        }
    }

    private void step() {
        ServiceName name = ServiceName.of(NAMES.get(random.nextInt(NAMES.size())));
        switch (random.nextInt(20)) {
            case 0 -> on.manager.start(name);
            case 1 -> on.manager.stop(name, random.nextBoolean() ? Force.YES : Force.NO);
            case 2 -> on.manager.sleep(name, random.nextBoolean() ? Force.YES : Force.NO);
            case 3 -> on.manager.restart(name);
            case 4 -> on.manager.scale(name, random.nextInt(4), "random");
            case 5 -> on.manager.wakeRequest(name, "likely");
            case 6 -> on.manager.releaseClient(client());
            case 7 -> someInstance(this::strike);
            case 8 -> someInstance(instance -> instance.byHand(random.nextBoolean() ? SleepDepth.FREEZE : null));
            case 9 -> memory = random.nextDouble();
            case 10 -> changeGates();
            case 11, 12 -> on.pass(random.nextInt(400));
            case 13, 14, 15 -> closeOne();
            default -> call(name);
        }
    }

    private void strike(FakeRuntime.FakeInstance instance) {
        if (random.nextBoolean()) {
            instance.dies();
        }
        if (random.nextBoolean()) {
            instance.crash("struck by lightning");
        } else {
            instance.endByHand("its container was stopped by hand");
        }
    }

    private ClientKey client() {
        return random.nextInt(3) == 0 ? ClientKey.GATEWAY : new ClientKey("client-" + random.nextInt(4));
    }

    private void call(ServiceName name) {
        CompletableFuture<Lease> call = on.manager
                .acquire(name, client(), Duration.ofSeconds(1 + random.nextInt(60)))
                .toCompletableFuture();
        calls.add(call);
        call.thenAccept(held::add);
    }

    private void closeOne() {
        if (!held.isEmpty()) {
            held.remove(random.nextInt(held.size())).close();
        }
    }

    private void someInstance(java.util.function.Consumer<FakeRuntime.FakeInstance> what) {
        List<FakeRuntime.FakeInstance> alive = on.runtime.instances.stream()
                .filter(instance -> !instance.ended)
                .toList();
        if (!alive.isEmpty()) {
            what.accept(alive.get(random.nextInt(alive.size())));
        }
    }

    /** The next operations succeed at once, fail, or take until another change. */
    private void changeGates() {
        on.runtime.startGate = gate();
        on.runtime.wakeGate = gate();
        on.runtime.sleepGate = gate();
        // A stop that fails leaves an instance behind, which a real runtime finds again when it is asked what was left.
        on.runtime.stopGate = random.nextInt(4) == 0 ? slow() : null;
    }

    private CompletableFuture<Void> gate() {
        return switch (random.nextInt(4)) {
            case 0 -> CompletableFuture.failedFuture(new IllegalStateException("not today"));
            case 1 -> slow();
            default -> null;
        };
    }

    private CompletableFuture<Void> slow() {
        CompletableFuture<Void> slow = new CompletableFuture<>();
        gates.add(slow);
        return slow;
    }

    private void check() {
        for (String name : NAMES) {
            ServiceStatus status = on.manager.status(ServiceName.of(name)).orElseThrow();
            for (ServiceStatus.InstanceStatus instance : status.instances()) {
                if (instance.state() == ServiceState.RUNNING) {
                    assertThat(instance.depth()).as("%s runs", instance.id()).isNull();
                }
                if (instance.state() == ServiceState.SLEEPING) {
                    assertThat(instance.depth()).as("%s sleeps", instance.id()).isNotNull();
                }
            }
        }
    }

    /** Whoever holds lets go, the runtime works again, time passes: then nobody waits and everything is at rest. */
    private void settle() {
        on.runtime.startGate = null;
        on.runtime.wakeGate = null;
        on.runtime.sleepGate = null;
        on.runtime.stopGate = null;
        gates.forEach(gate -> gate.complete(null));
        memory = 0.1;
        for (int i = 0; i < 10; i++) {
            while (!held.isEmpty()) {
                held.remove(0).close();
            }
            on.pass(200);
        }
        assertThat(calls).as("calls that wait for ever").allMatch(CompletableFuture::isDone);
        for (String name : NAMES) {
            ServiceName service = ServiceName.of(name);
            ServiceStatus status = on.manager.status(service).orElseThrow();
            assertThat(status.inFlight()).as(name).isZero();
            assertThat(status.waiting()).as(name).isZero();
            assertThat(status.state())
                    .as(name)
                    .isIn(ServiceState.SLEEPING, ServiceState.STOPPED, ServiceState.ERROR, ServiceState.RUNNING);
            if (!name.equals("kept") && !name.equals("own") && !name.equals("many")) {
                assertThat(status.state()).as(name).isNotEqualTo(ServiceState.RUNNING);
            }
            CompletableFuture<Lease> last = on.manager
                    .acquire(service, ClientKey.GATEWAY, Lifecycle.PATIENCE)
                    .toCompletableFuture();
            on.pass(70);
            assertThat(last).as("a last call of %s", name).isDone();
            if (name.equals("one") || name.equals("two")) {
                // The sum of several instances may skip a step.
                assertThat(on.manager.transitions(service)).allMatch(step -> StateTable.allows(step.from(), step.to()));
            }
            for (ServiceStatus.InstanceStatus instance :
                    on.manager.status(service).orElseThrow().instances()) {
                assertThat(on.runtime.instances)
                        .as("%s is called %s", instance.id(), instance.state())
                        .noneMatch(fake -> fake.asleep
                                && fake.id().equals(instance.id())
                                && instance.state() == ServiceState.RUNNING);
            }
            if (!last.isCompletedExceptionally()) {
                last.join().close();
            } else {
                assertThat(name)
                        .as("cannot be had any more: %s", Lifecycle.failure(last))
                        .isEqualTo("own");
            }
        }
        long allowed = 1 + 1 + 3 + 2 + 2;
        assertThat(on.runtime.alive()).isLessThanOrEqualTo(allowed);
    }
}
