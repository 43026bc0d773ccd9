package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.Lifecycle.failure;
import static io.forgemcp.gateway.lifecycle.Lifecycle.service;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.service.Resources;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.SleepPolicy;
import io.forgemcp.gateway.upstream.ClientKey;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Servers that are awake only because somebody listens to them, where there is no room for one that is called. */
class GivingWayTest {
    private final Lifecycle on = limited(new ServiceBudget(null, null, 2, Map.of()));

    GivingWayTest() {
        for (String name : List.of("one", "two", "three", "four")) {
            on.with(service(name));
        }
    }

    private static Lifecycle limited(ServiceBudget budget) {
        return new Lifecycle(
                3,
                new SystemPolicy(
                        SleepSettings.DEFAULT.withWakeTimeout(Lifecycle.PATIENCE), budget, EmergencySettings.NONE));
    }

    @AfterEach
    void close() {
        on.close();
    }

    private CompletableFuture<Lease> call(String name) {
        return on.acquire(name, ClientKey.GATEWAY);
    }

    private CompletableFuture<Lease> listen(String name) {
        return on.manager
                .listen(ServiceName.of(name), ClientKey.GATEWAY, Lifecycle.PATIENCE)
                .thenApply(Lease::yielding)
                .toCompletableFuture();
    }

    private ServiceState state(String name) {
        return on.manager.status(ServiceName.of(name)).orElseThrow().state();
    }

    @Test
    void aCallFindsRoomAtOnceWhereAllThatAreAwakeAreOnlyListenedTo() {
        listen("one").join();
        on.pass(1);
        listen("two").join();

        assertThat(call("three")).isCompleted();

        assertThat(state("one")).as("the longest without a request").isEqualTo(ServiceState.SLEEPING);
        assertThat(state("two")).isEqualTo(ServiceState.RUNNING);
        assertThat(on.manager.transitions(ServiceName.of("one")))
                .extracting(StateTransition::reason)
                .endsWith("makes room for three, freeze");
    }

    @Test
    void aStartByCommandFindsRoomToo() {
        listen("one").join();
        listen("two").join();

        on.manager.start(ServiceName.of("three"));
        on.pass(1);

        assertThat(state("three")).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void oneThatNobodyListensToGoesFirstHoweverRecentlyItWasUsed() {
        listen("one").join();
        call("two").join().close();
        on.pass(60);

        assertThat(call("three")).isCompleted();

        assertThat(state("one")).isEqualTo(ServiceState.RUNNING);
        assertThat(state("two")).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void oneThatIsListenedToAndWasCalledKeepsItsLeastTimeAwakeAndOneWithACallInItStays() {
        listen("one").join();
        listen("two").join();
        call("one").join().close();
        Lease inTwo = call("two").join();

        on.pass(35);
        CompletableFuture<Lease> three = call("three");
        on.pass(24);
        assertThat(three).isNotDone();
        on.pass(2);

        assertThat(three).isCompleted();
        assertThat(state("one")).isEqualTo(ServiceState.SLEEPING);
        assertThat(state("two")).isEqualTo(ServiceState.RUNNING);
        inTwo.close();
    }

    @Test
    void nobodyIsPutToSleepWhoMayNotBe() {
        on.with(service("never").sleepPolicy(SleepPolicy.NEVER))
                .with(service("high").priority(Priority.HIGH));
        listen("never").join();
        listen("high").join();

        CompletableFuture<Lease> call = call("three");
        on.pass(14);
        assertThat(call).as("a more important one gives way later").isNotDone();
        on.pass(2);

        assertThat(call).isCompleted();
        assertThat(state("never")).isEqualTo(ServiceState.RUNNING);
        assertThat(state("high")).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void onlyThoseGoWhoseSleepGivesBackWhatIsShort() {
        try (Lifecycle cores = limited(new ServiceBudget(null, 2.0, 10, Map.of()))) {
            cores.with(service("small"))
                    .with(service("large").resources(cores(2.0)))
                    .with(service("called").resources(cores(1.0)));
            for (String name : List.of("small", "large")) {
                cores.manager
                        .listen(ServiceName.of(name), ClientKey.GATEWAY, Lifecycle.PATIENCE)
                        .thenApply(Lease::yielding)
                        .toCompletableFuture()
                        .join();
            }

            assertThat(cores.acquire("called", ClientKey.GATEWAY)).isCompleted();

            assertThat(cores.manager
                            .status(ServiceName.of("small"))
                            .orElseThrow()
                            .state())
                    .isEqualTo(ServiceState.RUNNING);
            assertThat(cores.manager
                            .status(ServiceName.of("large"))
                            .orElseThrow()
                            .state())
                    .isEqualTo(ServiceState.SLEEPING);
        }
    }

    private static Resources cores(double reserved) {
        return new Resources(null, null, null, reserved, null, null);
    }

    @Test
    void whoListensDisplacesNobody() {
        listen("one").join();
        call("two").join().close();
        on.pass(120);

        CompletableFuture<Lease> three = listen("three");
        on.pass(29);
        assertThat(three).isNotDone();
        on.pass(1);

        assertThat(failure(three)).hasMessageContaining("max_concurrent_services is 2");
        assertThat(state("one")).isEqualTo(ServiceState.RUNNING);
        assertThat(state("two")).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void whoListensHasRoomThatBecomesFree() {
        listen("one").join();
        Lease two = listen("two").join();
        CompletableFuture<Lease> three = listen("three");
        assertThat(three).isNotDone();

        two.close();
        on.manager.sleep(ServiceName.of("two"), Force.YES).toCompletableFuture().join();

        assertThat(three).isCompleted();
    }

    @Test
    void aCallGoesBeforeWhoListenedLongBefore() {
        Lease one = call("one").join();
        Lease two = call("two").join();
        CompletableFuture<Lease> three = listen("three");
        on.pass(5);
        CompletableFuture<Lease> four = call("four");

        one.close();
        on.manager.sleep(ServiceName.of("one"), Force.YES).toCompletableFuture().join();

        assertThat(four).isCompleted();
        assertThat(three).isNotDone();
        two.close();
    }

    @Test
    void aCallOfOneThatSomebodyWaitsToListenToIsACall() {
        listen("one").join();
        listen("two").join();
        CompletableFuture<Lease> listening = listen("three");
        assertThat(listening).isNotDone();

        CompletableFuture<Lease> call = call("three");
        on.pass(1);

        assertThat(call).isCompleted();
        assertThat(listening).isCompleted();
    }

    @Test
    void oneThatGaveWayDoesNotFallAsleepAgainForWantOfCallsOnceItIsBack() {
        Lease held = listen("one").join();
        listen("two").join();
        call("three").join().close();
        assertThat(state("one")).isEqualTo(ServiceState.SLEEPING);
        on.manager.remove(ServiceName.of("three"));

        call("one").join().close();
        on.pass(86_400);

        assertThat(state("one")).isEqualTo(ServiceState.RUNNING);
        held.close();
        on.pass(301);
        assertThat(state("one")).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void whoeverJoinsAWaitForRoomHasItsOwnTime() {
        Lease one = call("one").join();
        Lease two = call("two").join();
        CompletableFuture<Lease> first = call("three");
        on.pass(20);
        CompletableFuture<Lease> second = call("three");

        on.pass(10);
        assertThat(failure(first)).hasMessageContaining("there is still no room");
        assertThat(second).isNotDone();
        on.pass(15);
        assertThat(second).isNotDone();
        one.close();
        on.manager.sleep(ServiceName.of("one"), Force.YES).toCompletableFuture().join();

        assertThat(second).isCompleted();
        two.close();
    }

    @Test
    void whoJoinsAWaitForRoomInVainIsToldWhenItsOwnTimeIsOver() {
        Lease one = call("one").join();
        Lease two = call("two").join();
        listen("three");
        on.pass(29);
        CompletableFuture<Lease> call = call("three");

        on.pass(29);
        assertThat(call).isNotDone();
        on.pass(1);

        assertThat(failure(call)).hasMessageContaining("after 30000 ms there is still no room");
        one.close();
        two.close();
    }
}
