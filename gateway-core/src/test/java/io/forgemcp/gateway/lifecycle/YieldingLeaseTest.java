package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.NAME;
import static io.forgemcp.gateway.lifecycle.Lifecycle.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.upstream.ClientKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A lease that keeps an instance from falling asleep and gives way to every order. */
class YieldingLeaseTest {
    private final Lifecycle on = Lifecycle.withService();

    @AfterEach
    void close() {
        on.close();
    }

    private Lease yielding() {
        return on.acquire().join().yielding();
    }

    @Test
    void itKeepsTheInstanceAwakeForDaysAndTheIdleTimeCountsFromItsEnd() {
        Lease lease = yielding();

        on.pass(7 * 86_400);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        on.use();
        on.pass(86_400);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);

        lease.close();
        on.pass(299);
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        on.pass(1);
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void noCommandPutsTheInstanceToSleep() {
        try (Lease lease = yielding()) {
            on.pass(600);

            assertThat(failure(on.manager.sleep(NAME, Force.YES))).hasMessageContaining("in flight: 1");
            assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
            assertThat(lease.target().service().name()).isEqualTo(NAME);
        }
    }

    @Test
    void anInstanceThatIsFrozenByHandIsWoken() {
        try (Lease lease = yielding()) {
            on.runtime.last().byHand(SleepDepth.FREEZE);

            assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
            assertThat(on.runtime.last().wakes).hasValue(1);
            assertThat(lease.target().service().name()).isEqualTo(NAME);
        }
    }

    @Test
    void aStopIsNotRefusedAndItsHolderIsTold() {
        Lease lease = yielding();

        on.manager.stop(NAME, Force.NO).toCompletableFuture().join();

        assertThat(on.state()).isEqualTo(ServiceState.STOPPED);
        assertThat(on.events)
                .anyMatch(event -> event instanceof InstanceEnded end
                        && end.instance().equals(lease.target().instance()));
        lease.close();
        on.use();
        assertThat(on.status().listeners())
                .as("it does not count for the next one")
                .isZero();
    }

    @Test
    void aRestartIsNotRefused() {
        Lease lease = yielding();

        on.manager.restart(NAME).toCompletableFuture().join();

        assertThat(on.runtime.instances).hasSize(2);
        assertThat(on.runtime.alive()).isEqualTo(1);
        lease.close();
    }

    @Test
    void aRemovalWaitsForCallsOnly() {
        Lease lease = yielding();
        Lease call = on.acquire().join();

        CompletionStage<Void> removed = on.manager.remove(NAME);
        assertThat(removed.toCompletableFuture()).isNotDone();
        call.close();

        assertThat(removed.toCompletableFuture()).isDone();
        assertThat(on.runtime.alive()).isZero();
        lease.close();
    }

    @Test
    void aCallThatTurnsIntoOneIsNotWaitedForAnyMore() {
        Lease call = on.acquire().join();
        CompletionStage<Void> removed = on.manager.remove(NAME);
        assertThat(removed.toCompletableFuture()).isNotDone();

        Lease lease = call.yielding();

        assertThat(removed.toCompletableFuture()).isDone();
        lease.close();
    }

    @Test
    void scalingDownDoesNotWaitForItAndItsClientGoesToAnotherInstance() {
        try (Lifecycle several =
                new Lifecycle().with(Lifecycle.service("search").instances(0, 2))) {
            several.manager.scale(NAME, 2, "test").toCompletableFuture().join();
            ClientKey client = new ClientKey("modern", ClientKey.Keeps.NOTHING);
            CompletableFuture<Lease> held =
                    several.manager.hold(NAME, client, Lifecycle.PATIENCE).toCompletableFuture();
            Lease lease = held.join().yielding();
            Lease call = several.acquire("search", ClientKey.GATEWAY).join();
            assertThat(call.target()).isNotEqualTo(lease.target());

            several.manager.scale(NAME, 1, "test").toCompletableFuture().join();

            assertThat(several.runtime.alive()).as("the one with calls is left").isEqualTo(1);
            lease.close();
            try (Lease next = several.acquire("search", client).join()) {
                assertThat(next.target()).isEqualTo(call.target());
            }
            call.close();
        }
    }

    @Test
    void itIsOneLeaseHoweverOftenItIsAskedForAndEnded() {
        Lease call = on.acquire().join();
        Lease lease = call.yielding();
        call.close();
        assertThat(call.yielding()).isSameAs(call);
        assertThat(lease.yielding()).isSameAs(lease);
        assertThat(on.status().inFlight()).isZero();
        assertThat(on.status().listeners()).isEqualTo(1);

        lease.close();
        lease.close();

        assertThat(on.status().listeners()).isZero();
    }
}
