package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.NAME;
import static io.forgemcp.gateway.lifecycle.Lifecycle.failure;
import static io.forgemcp.gateway.lifecycle.Lifecycle.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.Resources;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.upstream.ClientKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SeveralInstancesTest {
    private static final ClientKey ANN = new ClientKey("ann");
    private static final ClientKey BOB = new ClientKey("bob");

    /** Its clients have sessions of their own. */
    private final Lifecycle on = new Lifecycle(3).with(withSessions("search").instances(0, 3));

    private static ServiceDefinition.Builder withSessions(String name) {
        ServiceDefinition like = service(name).build();
        return ServiceDefinition.of(
                        name, RuntimeChoice.PROCESS, Launch.Command.of(List.of("server")), WireProtocol.STREAMABLE_HTTP)
                .sleepPolicy(like.sleepPolicy());
    }

    private CompletableFuture<Lease> acquire(ClientKey client) {
        return on.acquire("search", client);
    }

    private void scale(int instances) {
        assertThat(on.manager.scale(NAME, instances, "test").toCompletableFuture())
                .isCompleted();
    }

    private static InstanceId of(Lease lease) {
        return lease.target().instance();
    }

    private ServiceLoad load() {
        return on.manager.load(NAME).orElseThrow();
    }

    @Test
    void scalingUpStartsInstancesAndTheGatewaysCallsGoToTheLeastLoaded() {
        scale(3);
        assertThat(on.runtime.alive()).isEqualTo(3);
        Lease one = acquire(ClientKey.GATEWAY).join();
        Lease two = acquire(ClientKey.GATEWAY).join();
        Lease three = acquire(ClientKey.GATEWAY).join();
        assertThat(List.of(of(one), of(two), of(three))).doesNotHaveDuplicates();
        two.close();
        assertThat(of(acquire(ClientKey.GATEWAY).join())).isEqualTo(of(two));
        assertThat(load().awake()).isEqualTo(3);
        assertThat(load().activeCalls()).isEqualTo(3);
    }

    @Test
    void aClientWithASessionStaysAlsoWhereAllShareOneConversation() {
        Lifecycle shared = new Lifecycle(3).with(service("search").instances(0, 3));
        shared.manager.scale(NAME, 3, "test").toCompletableFuture().join();
        InstanceId mine = of(shared.acquire("search", ANN).join());
        for (int i = 0; i < 6; i++) {
            assertThat(of(shared.acquire("search", ANN).join())).isEqualTo(mine);
        }
    }

    @Test
    void whereAllShareOneConversationTheCallsOfACallerWithoutASessionGoToTheLeastLoaded() {
        ClientKey caller = new ClientKey("modern", ClientKey.Keeps.CONVERSATIONS);
        Lifecycle shared = new Lifecycle(3).with(service("search").instances(0, 3));
        Lease first = shared.acquire("search", caller).join();
        shared.manager.scale(NAME, 3, "test").toCompletableFuture().join();
        List<Lease> leases = new ArrayList<>(List.of(first));
        for (int i = 0; i < 11; i++) {
            leases.add(shared.acquire("search", caller).join());
        }
        assertThat(leases.stream().collect(Collectors.groupingBy(SeveralInstancesTest::of, Collectors.counting())))
                .hasSize(3)
                .allSatisfy((instance, calls) -> assertThat(calls).isEqualTo(4));
    }

    @Test
    void aCallerWithoutASessionIsServedAnywhere() {
        scale(2);
        ClientKey passing = new ClientKey("passing", ClientKey.Keeps.NOTHING);
        Lease one = acquire(passing).join();
        assertThat(of(acquire(passing).join())).isNotEqualTo(of(one));
    }

    @Test
    void whatLivesInAnInstanceKeepsItsClientThereUntilItIsOver() {
        scale(2);
        ClientKey passing = new ClientKey("passing", ClientKey.Keeps.NOTHING);
        Lease task = on.manager
                .hold(NAME, passing, Duration.ofSeconds(1))
                .toCompletableFuture()
                .join();
        Lease another = on.manager
                .hold(NAME, passing, Duration.ofSeconds(1))
                .toCompletableFuture()
                .join();
        assertThat(of(another)).isEqualTo(of(task));
        assertThat(of(acquire(passing).join())).isEqualTo(of(task));
        task.close();
        task.close();
        assertThat(of(acquire(passing).join())).isEqualTo(of(another));
        another.close();
        assertThat(of(acquire(passing).join())).isNotEqualTo(of(another));
    }

    @Test
    void aHoldThatCannotBeHadKeepsNobody() {
        scale(2);
        ClientKey passing = new ClientKey("passing", ClientKey.Keeps.NOTHING);
        on.manager.stop(NAME, Force.YES).toCompletableFuture().join();
        on.runtime.failStarts("not today");
        assertThat(on.manager.hold(NAME, passing, Duration.ofSeconds(1)).toCompletableFuture())
                .isCompletedExceptionally();
        on.runtime.startGate = null;
        scale(2);
        Lease one = acquire(passing).join();
        assertThat(of(acquire(passing).join())).isNotEqualTo(of(one));
    }

    @Test
    void aClientStaysWithItsInstanceWhileThatLives() {
        scale(2);
        Lease ann = acquire(ANN).join();
        for (int i = 0; i < 3; i++) {
            assertThat(of(acquire(ANN).join())).isEqualTo(of(ann));
        }
        Lease bob = acquire(BOB).join();
        assertThat(of(bob)).isNotEqualTo(of(ann));
    }

    @Test
    void aClientThatCameBeforeTheScalingStaysWhereItsSessionIs() {
        Lease ann = acquire(ANN).join();
        scale(2);
        assertThat(of(acquire(ANN).join())).isEqualTo(of(ann));
        assertThat(of(acquire(BOB).join())).isNotEqualTo(of(ann));
    }

    @Test
    void aClientWhoseInstanceCrashedIsServedByAnotherAtOnce() {
        scale(2);
        Lease ann = acquire(ANN).join();
        on.runtime.instances.stream()
                .filter(instance -> instance.id().equals(of(ann)))
                .forEach(instance -> instance.crash("exit status 1"));
        assertThat(acquire(ANN)).isCompleted();
        assertThat(of(acquire(ANN).join())).isNotEqualTo(of(ann));
        assertThat(on.state()).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void aClientsSleepingInstanceIsWokenRatherThanLeft() {
        scale(2);
        Lease ann = acquire(ANN).join();
        Lease bob = acquire(BOB).join();
        ann.close();
        on.pass(300);
        assertThat(on.runtime.instances.get(0).asleep).isTrue();
        assertThat(of(acquire(ClientKey.GATEWAY).join())).isEqualTo(of(bob));
        assertThat(of(acquire(ANN).join())).isNotEqualTo(of(bob));
        assertThat(on.runtime.instances.get(0).wakes).hasValue(1);
    }

    @Test
    void scalingDownTakesTheIdleInstanceFirstAndCutsNoCallOff() {
        scale(3);
        Lease one = acquire(ANN).join();
        Lease two = acquire(BOB).join();
        scale(1);
        assertThat(on.runtime.alive()).isEqualTo(2);
        InstanceId kept = of(acquire(ClientKey.GATEWAY).join());
        Lease leaving = of(one).equals(kept) ? two : one;
        on.pass(100_000);
        assertThat(on.runtime.alive()).isEqualTo(2);
        for (int i = 0; i < 5; i++) {
            assertThat(of(acquire(new ClientKey("new-" + i)).join())).isEqualTo(kept);
        }
        leaving.close();
        assertThat(on.runtime.alive()).isEqualTo(1);
        assertThat(on.status().instances()).hasSize(1);
        assertThat(of(acquire(ANN).join())).isEqualTo(kept);
        assertThat(of(acquire(BOB).join())).isEqualTo(kept);
    }

    @Test
    void afterScalingDownItIsScaledUpAgainAsOftenAsIsWanted() {
        for (int i = 0; i < 3; i++) {
            scale(3);
            assertThat(load().awake()).isEqualTo(3);
            scale(1);
            assertThat(load().awake()).isEqualTo(1);
        }
        assertThat(on.status().instances()).hasSize(1);
    }

    @Test
    void anInstanceThatStillDrainsIsKeptWhenItIsNeededAgain() {
        scale(2);
        acquire(ANN).join();
        acquire(BOB).join();
        scale(1);
        scale(2);
        assertThat(on.runtime.starts).hasValue(2);
        assertThat(load().awake()).isEqualTo(2);
        assertThat(acquire(ANN)).isCompleted();
        assertThat(acquire(BOB)).isCompleted();
    }

    @Test
    void scalingUpWakesBeforeItStarts() {
        scale(2);
        on.pass(300);
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
        scale(2);
        assertThat(on.runtime.starts).hasValue(2);
        assertThat(load().awake()).isEqualTo(2);
    }

    @Test
    void scalingToNoneEndsAllAndTheNextCallStartsOne() {
        scale(2);
        Lease held = acquire(ANN).join();
        scale(0);
        assertThat(on.runtime.alive()).isEqualTo(1);
        held.close();
        assertThat(on.runtime.alive()).isZero();
        assertThat(on.state()).isEqualTo(ServiceState.STOPPED);
        assertThat(acquire(ANN)).isCompleted();
        assertThat(on.runtime.alive()).isEqualTo(1);
    }

    @Test
    void theOnlyInstanceIsKeptIfItIsCalledWhileItDrains() {
        on.with(service("single"));
        Lease held = on.acquire("single", ANN).join();
        on.manager.scale(io.forgemcp.gateway.service.ServiceName.of("single"), 0, "test");
        assertThat(on.acquire("single", BOB)).isCompleted();
        held.close();
        assertThat(on.runtime.alive()).isEqualTo(1);
    }

    @Test
    void anInstanceThatIsKeptAfterAllStillFallsAsleep() {
        scale(2);
        Lease ann = acquire(ANN).join();
        Lease bob = acquire(BOB).join();
        scale(1);
        on.pass(400);
        scale(2);
        ann.close();
        bob.close();
        on.pass(300);
        assertThat(on.state()).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void instancesOutsideTheLimitsAreRefusedAndNothingChanges() {
        acquire(ANN).join();
        assertThat(failure(on.manager.scale(NAME, 4, "test")))
                .hasMessageContaining("0 to 3 instances")
                .extracting("code")
                .isEqualTo(ErrorCode.ILLEGAL_TRANSITION);
        assertThat(failure(on.manager.scale(NAME, -1, "test"))).hasMessageContaining("0 to 3");
        assertThat(on.runtime.alive()).isEqualTo(1);
    }

    @Test
    void aServerThatCannotTellItsClientsApartIsNotScaledByHand() {
        on.with(service("own").isolation(Isolation.SESSION).instances(0, 3));
        assertThat(failure(on.manager.scale(io.forgemcp.gateway.service.ServiceName.of("own"), 2, "test")))
                .hasMessageContaining("isolation: session");
    }

    @Test
    void whoFindsEveryInstanceTakenIsToldThatNothingIsWrongWithTheService() {
        on.with(service("own").isolation(Isolation.SESSION).instances(0, 1));
        assertThat(on.acquire("own", new ClientKey("ann"))).isCompleted();
        CompletionStage<Lease> second = on.acquire("own", ClientKey.GATEWAY);
        on.pass(1_000);
        assertThat(failure(second)).isInstanceOf(InstancesTaken.class).hasMessageContaining("Raise max_instances");
    }

    @Test
    void theLeastNumberOfInstancesAlwaysRunsAndOnlyTheRestSleeps() {
        Lifecycle kept = new Lifecycle(3).with(service("search").instances(2, 3));
        kept.manager.startAutoStarted().toCompletableFuture().join();
        assertThat(kept.runtime.alive()).isEqualTo(2);
        assertThat(kept.manager.scale(NAME, 3, "test").toCompletableFuture()).isCompleted();
        kept.pass(100_000);
        assertThat(kept.runtime.instances.stream().filter(instance -> instance.asleep))
                .hasSize(1);
        kept.runtime.instances.stream()
                .filter(instance -> !instance.asleep)
                .forEach(instance -> instance.crash("exit status 1"));
        kept.pass(1);
        assertThat(kept.manager.load(NAME).orElseThrow().awake()).isEqualTo(2);
        assertThat(failure(kept.manager.sleep(NAME, Force.NO))).hasMessageContaining("at least 2");
    }

    @Test
    void aThousandCallersOfSeveralSleepingInstancesWakeOnlyAsManyAsTheyNeed() {
        scale(2);
        on.pass(300);
        on.runtime.wakeGate = new CompletableFuture<>();
        List<CompletableFuture<Lease>> calls = java.util.stream.IntStream.range(0, 1000)
                .mapToObj(i -> acquire(new ClientKey("client-" + i)))
                .toList();
        assertThat(load().waitingCalls()).isEqualTo(1000);
        on.runtime.wakeGate.complete(null);
        assertThat(calls).allMatch(CompletableFuture::isDone);
        assertThat(on.runtime.instances.stream().mapToInt(instance -> instance.wakes.get()))
                .containsExactlyInAnyOrder(1, 0);
        assertThat(load().waitingCalls()).isZero();
    }

    @Test
    void utilisationIsAShareOfTheCeilingOfTheRunningInstances() {
        Lifecycle limited = new Lifecycle(3)
                .with(service("search").instances(0, 3).resources(new Resources(4000L, 0.5, null, null, null, null)));
        limited.manager.scale(NAME, 2, "test");
        assertThat(limited.manager.load(NAME).orElseThrow().memory()).isEqualTo(0.25);
        assertThat(load().memory()).isNull();
    }

    @Test
    void sessionsThatOpenOnIdleInstancesAreSpreadOverThem() {
        scale(3);
        Map<InstanceId, Integer> sessions = new HashMap<>();
        for (int i = 0; i < 9; i++) {
            Lease lease = acquire(new ClientKey("client-" + i)).join();
            sessions.merge(of(lease), 1, Integer::sum);
            lease.close();
        }
        assertThat(sessions.values()).containsExactly(3, 3, 3);
    }
}
