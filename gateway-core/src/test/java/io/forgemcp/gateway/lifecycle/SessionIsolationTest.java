package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.failure;
import static io.forgemcp.gateway.lifecycle.Lifecycle.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.upstream.ClientKey;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SessionIsolationTest {
    private static final ClientKey ANN = new ClientKey("ann");
    private static final ClientKey BOB = new ClientKey("bob");
    private static final ClientKey CID = new ClientKey("cid");

    private static final int AWAY = (int) DedicatedSlots.AWAY.toSeconds();

    private final Lifecycle on =
            new Lifecycle().with(service("search").isolation(Isolation.SESSION).instances(0, 2));

    private CompletableFuture<Lease> acquire(ClientKey client) {
        return on.acquire("search", client);
    }

    @Test
    void eachClientHasAnInstanceOfItsOwn() {
        Lease ann = acquire(ANN).join();
        Lease bob = acquire(BOB).join();
        assertThat(ann.target().instance()).isNotEqualTo(bob.target().instance());
        assertThat(acquire(ANN).join().target().instance())
                .isEqualTo(ann.target().instance());
        assertThat(on.status().instances()).hasSize(2);
    }

    @Test
    void aClientTooManyWaitsAndIsThenToldWhy() {
        acquire(ANN).join();
        acquire(BOB).join();
        CompletableFuture<Lease> cid = acquire(CID);
        on.pass(30);
        assertThat(failure(cid))
                .hasMessageContaining("isolation: session")
                .hasMessageContaining("2 instance")
                .extracting("code")
                .isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
    }

    @Test
    void aReleasedInstanceIsReusedOnlyAfterARestart() {
        Lease ann = acquire(ANN).join();
        acquire(BOB).join();
        CompletableFuture<Lease> cid = acquire(CID);
        ann.close();
        on.runtime.stopGate = new CompletableFuture<>();
        on.manager.releaseClient(ANN);
        assertThat(cid).isNotDone();
        on.runtime.stopGate.complete(null);
        assertThat(cid).isCompleted();
        assertThat(cid.join().target().instance()).isNotEqualTo(ann.target().instance());
        assertThat(on.runtime.instances.get(0).ended).isTrue();
        assertThat(on.runtime.alive()).isEqualTo(2);
    }

    @Test
    void whoWaitsForTheInstanceOfAnotherIsToldOfAStopAndDoesNotStartItAgain() {
        acquire(ANN).join().close();
        acquire(BOB).join().close();
        CompletableFuture<Lease> cid = acquire(CID);

        on.manager.stop(Lifecycle.NAME, Force.NO).toCompletableFuture().join();

        assertThat(failure(cid)).hasMessageContaining("was stopped");
        assertThat(on.state()).isEqualTo(ServiceState.STOPPED);
        assertThat(on.runtime.starts).hasValue(2);
    }

    @Test
    void theGatewaysOwnInstanceMakesRoomForAClient() {
        Lease own = acquire(ClientKey.GATEWAY).join();
        acquire(BOB).join();
        CompletableFuture<Lease> cid = acquire(CID);
        assertThat(cid).isNotDone();
        own.close();
        assertThat(cid).isCompleted();
        assertThat(on.runtime.alive()).isEqualTo(2);
    }

    @Test
    void theGatewaysOwnWaitingCallIsNeverServedByAClientsInstance() {
        acquire(BOB).join();
        on.runtime.startGate = new CompletableFuture<>();
        CompletableFuture<Lease> own = acquire(ClientKey.GATEWAY);
        CompletableFuture<Lease> cid = acquire(CID);
        on.runtime.startGate.complete(null);
        assertThat(own).isCompleted();
        Lease held = own.join();
        assertThat(cid).isNotDone();
        held.close();
        assertThat(cid).isCompleted();
        assertThat(cid.join().target().instance()).isNotEqualTo(held.target().instance());
    }

    @Test
    void aClientWhoseInstanceCrashedMakesRoomForAnother() {
        acquire(ANN).join();
        acquire(BOB).join();
        on.runtime.last().crash("exit status 1");
        on.pass(1);
        assertThat(acquire(CID)).isCompleted();
    }

    @Test
    void whoHasBeenAwayForLongestGivesItsInstanceToOneThatWaits() {
        Lease ann = acquire(ANN).join();
        ann.close();
        on.pass(1);
        acquire(BOB).join().close();
        on.pass(AWAY);

        CompletableFuture<Lease> cid = acquire(CID);

        assertThat(cid).isCompleted();
        assertThat(on.runtime.instances.get(0).ended)
                .as("of Ann, who came first")
                .isTrue();
        assertThat(on.runtime.instances.get(1).ended).isFalse();
        assertThat(cid.join().target().instance()).isNotEqualTo(ann.target().instance());
        assertThat(on.runtime.alive()).isEqualTo(2);
    }

    @Test
    void whoComesBackHasAnInstanceOfItsOwnAgainAndNeverAnothers() {
        Lease ann = acquire(ANN).join();
        ann.close();
        on.pass(AWAY - 10);
        acquire(BOB).join();
        on.pass(10);
        Lease cid = acquire(CID).join();

        CompletableFuture<Lease> again = acquire(ANN);
        assertThat(again).isNotDone();
        cid.close();
        on.manager.releaseClient(CID);

        assertThat(again).isCompleted();
        assertThat(again.join().target().instance())
                .isNotEqualTo(ann.target().instance())
                .isNotEqualTo(cid.target().instance());
    }

    @Test
    void whoWaitsGetsTheInstanceAsSoonAsItsClientHasBeenAwayForLongEnough() {
        acquire(ANN).join().close();
        acquire(BOB).join();
        on.pass(AWAY - 20);
        CompletableFuture<Lease> cid = acquire(CID);
        on.pass(19);
        assertThat(cid).isNotDone();
        on.pass(1);
        assertThat(cid).isCompleted();
    }

    @Test
    void whoHasACallUnderWayOrIsThereOtherwiseKeepsItsInstanceHoweverLongItDoesNotUseIt() {
        acquire(ANN).join();
        acquire(BOB).join().close();
        on.manager.clientAbsence(
                client -> client.equals(BOB) ? Optional.of(Duration.ZERO) : Optional.of(Duration.ofHours(9)));
        on.pass(10 * AWAY);

        CompletableFuture<Lease> cid = acquire(CID);
        on.pass(29);

        assertThat(cid).isNotDone();
        on.pass(1);
        assertThat(failure(cid)).isInstanceOf(InstancesTaken.class);
        assertThat(acquire(BOB)).as("its door is open").isCompleted();
    }

    @Test
    void instancesSleepEachForItself() {
        acquire(ANN).join().close();
        on.pass(100);
        acquire(BOB).join().close();
        on.pass(200);
        assertThat(on.runtime.instances.get(0).asleep).isTrue();
        assertThat(on.runtime.instances.get(1).asleep).isFalse();
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
        on.pass(100);
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
        assertThat(acquire(ANN)).isCompleted();
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void releasingAClientOfASharedServiceEndsNothing() {
        on.with(service("shared"));
        on.acquire("shared", ANN).join().close();
        on.manager.releaseClient(ANN);
        assertThat(on.runtime.alive()).isEqualTo(1);
    }
}
