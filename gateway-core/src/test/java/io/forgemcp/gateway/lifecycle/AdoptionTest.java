package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.NAME;
import static io.forgemcp.gateway.lifecycle.Lifecycle.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.upstream.ClientKey;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AdoptionTest {
    private final Lifecycle on = new Lifecycle();

    private FakeRuntime.FakeInstance instance(int index) {
        return on.runtime.instances.get(index);
    }

    @Test
    void aRunningInstanceLeftBehindIsTakenOverInsteadOfStartingAnother() {
        on.runtime.leftBehind.add(Optional.empty());
        on.with(service("search"));
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        on.use();
        assertThat(on.runtime.starts).hasValue(0);
        on.pass(300);
        assertThat(instance(0).asleep).isTrue();
    }

    @Test
    void aSleepingInstanceLeftBehindGoesOnSleepingUntilItIsCalled() {
        on.runtime.leftBehind.add(Optional.of(SleepDepth.FREEZE));
        on.with(service("search"));
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
        assertThat(on.status().depth()).isEqualTo(SleepDepth.FREEZE);
        on.pass(1000);
        assertThat(instance(0).wakes).hasValue(0);
        on.use();
        assertThat(instance(0).wakes).hasValue(1);
        assertThat(on.runtime.starts).hasValue(0);
    }

    @Test
    void moreThanMayRunAreEnded() {
        on.runtime.leftBehind.add(Optional.empty());
        on.runtime.leftBehind.add(Optional.of(SleepDepth.FREEZE));
        on.with(service("search"));
        assertThat(on.runtime.alive()).isEqualTo(1);
        assertThat(instance(1).ended).isTrue();
    }

    @Test
    void severalAreTakenOverWhereSeveralMayRun() {
        on.runtime.leftBehind.add(Optional.empty());
        on.runtime.leftBehind.add(Optional.empty());
        on.with(service("search").instances(0, 2));
        assertThat(on.manager.load(NAME).orElseThrow().awake()).isEqualTo(2);
    }

    @Test
    void anInstanceThatBelongedToOneClientIsGivenToNobodyElse() {
        on.runtime.leftBehind.add(Optional.empty());
        on.with(service("search").isolation(Isolation.SESSION).instances(0, 2));
        assertThat(instance(0).ended).isTrue();
        assertThat(on.acquire("search", new ClientKey("ann"))).isCompleted();
        assertThat(on.runtime.starts).hasValue(1);
    }

    @Test
    void callsWaitUntilItIsKnownWhatWasLeftBehind() {
        on.runtime.adoptGate = new CompletableFuture<>();
        on.runtime.leftBehind.add(Optional.empty());
        on.with(service("search"));
        CompletableFuture<Lease> call = on.acquire();
        assertThat(call).isNotDone();
        assertThat(on.runtime.starts).hasValue(0);
        on.runtime.adoptGate.complete(null);
        assertThat(call).isCompleted();
        assertThat(on.runtime.starts).hasValue(0);
    }

    @Test
    void anEngineThatCannotBeAskedDoesNotHoldUpCallsAndIsAskedAgain() {
        on.runtime.adoptGate = CompletableFuture.failedFuture(new IllegalStateException("engine is away"));
        on.with(service("search"));
        assertThat(on.acquire()).isCompleted();
        assertThat(on.runtime.starts).hasValue(1);
        int asked = on.runtime.adoptions.get();
        on.runtime.adoptGate = null;
        on.manager.restart(NAME);
        on.manager.start(NAME);
        assertThat(on.runtime.adoptions.get()).isEqualTo(asked + 1);
    }

    @Test
    void anInstanceThatCouldNotBeSeenToEndIsLookedForBeforeTheNextStart() {
        on.with(service("search"));
        on.use();
        on.runtime.stopGate = CompletableFuture.failedFuture(new IllegalStateException("engine is away"));
        on.manager.stop(NAME, Force.NO).toCompletableFuture().join();
        on.runtime.leftBehind.add(Optional.empty());
        assertThat(on.acquire()).isCompleted();
        assertThat(on.runtime.starts).hasValue(1);
        assertThat(on.runtime.adoptions).hasValue(2);
    }

    @Test
    void anInstanceThawedByHandCountsAsAwakeAndGoesBackToSleepByItsPolicy() {
        on.with(service("search"));
        on.use();
        on.pass(300);
        instance(0).byHand(null);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        assertThat(on.status().depth()).isNull();
        assertThat(on.acquire()).isCompleted().satisfies(lease -> lease.join().close());
        assertThat(instance(0).wakes).hasValue(0);
        on.pass(299);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        on.pass(1);
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
        assertThat(instance(0).asleep).isTrue();
    }

    @Test
    void anIdleInstanceFrozenByHandIsAsleepAndTheNextCallWakesIt() {
        on.with(service("search"));
        on.use();
        instance(0).byHand(SleepDepth.FREEZE);
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
        on.pass(1000);
        assertThat(instance(0).wakes).hasValue(0);
        assertThat(on.acquire()).isCompleted();
        assertThat(instance(0).wakes).hasValue(1);
    }

    @Test
    void anInstanceFrozenByHandUnderACallIsWokenAtOnceAndTheCallGoesOn() {
        on.with(service("search"));
        Lease lease = on.acquire().join();
        instance(0).byHand(SleepDepth.FREEZE);
        assertThat(instance(0).wakes).hasValue(1);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        assertThat(on.status().inFlight()).isEqualTo(1);
        lease.close();
        on.pass(300);
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void anInstanceThatMustAlwaysRunIsWokenWhenItIsFrozenByHand() {
        on.with(service("search").instances(1, 1));
        on.manager.startAutoStarted().toCompletableFuture().join();
        instance(0).byHand(SleepDepth.FREEZE);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        assertThat(instance(0).asleep).isFalse();
    }

    @Test
    void whatIsHeardOfAnInstanceThatIsGoneChangesNothing() {
        on.with(service("search"));
        on.use();
        FakeRuntime.FakeInstance old = instance(0);
        on.manager.restart(NAME);
        old.byHand(SleepDepth.FREEZE);
        old.byHand(null);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        assertThat(on.runtime.alive()).isEqualTo(1);
    }

    @Test
    void aTakenOverInstanceThatCrashesIsHeardOf() {
        on.runtime.leftBehind.add(Optional.of(SleepDepth.FREEZE));
        on.with(service("search"));
        instance(0).crash("killed by signal 9");
        assertThat(on.state()).isEqualTo(ServiceState.ERROR);
        on.pass(1);
        assertThat(on.acquire()).isCompleted();
        assertThat(on.runtime.starts).hasValue(1);
    }
}
