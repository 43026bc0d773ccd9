package io.forgemcp.gateway.endpoint.modern;

import static io.forgemcp.gateway.lifecycle.SleepyServer.NAME;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.service.Isolation;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A server whose resources somebody listens for is free to go, and is listened to again when it is back. */
class ResourceWatchesReturnTest extends ResourceWatchesFixture {
    @Test
    void anOrderToStopIsNotHeldUpAndTheServerStaysStopped() {
        begin(ANNE, resources("a"));

        server.manager().stop(NAME, Force.NO).toCompletableFuture().join();
        server.pass(DAY);

        assertThat(server.state()).isEqualTo(ServiceState.STOPPED);
        assertThat(server.starts()).isEqualTo(1);
    }

    @Test
    void whoeverBringsAServerBackBringsBackTheSubscription() {
        begin(ANNE, resources("a"));
        server.manager().stop(NAME, Force.NO).toCompletableFuture().join();
        server.pass(SOON);

        server.call();
        server.pass(SOON);

        assertThat(subscribed()).containsExactly("a", "a");
        assertThat(server.listeners()).isEqualTo(1);
        server.pass(DAY);
        assertThat(server.state()).isEqualTo(ServiceState.RUNNING);
    }

    @Test
    void aServerGivesWayToACallOfAnotherAndIsListenedToAgainOnceACallHasBroughtItBack() {
        WatchedResources listening = begin(ANNE, resources("a"));

        server.callAnother();
        assertThat(server.state()).isEqualTo(ServiceState.SLEEPING);
        server.pass(DAY);
        assertThat(server.state()).as("nobody wakes it").isEqualTo(ServiceState.SLEEPING);
        assertThat(server.listeners()).isZero();

        server.call();
        server.pass(SOON);
        assertThat(server.listeners()).isEqualTo(1);
        assertThat(subscribed()).containsExactly("a", "a");
        server.pass(DAY);
        assertThat(server.state()).isEqualTo(ServiceState.RUNNING);
        watches.end(listening);
        assertThat(unsubscribed()).containsExactly("a");
    }

    @Test
    void aRestartedServerIsListenedToAgain() {
        WatchedResources listening = begin(ANNE, resources("a"));

        server.manager().restart(NAME);
        server.pass(SOON);

        assertThat(server.starts()).isEqualTo(2);
        assertThat(subscribed()).containsExactly("a", "a");
        assertThat(server.listeners()).isEqualTo(1);
        watches.end(listening);
        assertThat(server.listeners()).isZero();
    }

    @Test
    void aRemovalIsNotHeldUpAndWhatComesBackUnderTheNameIsListenedToAgain() {
        begin(ANNE, resources("a"));

        assertThat(server.manager().remove(NAME).toCompletableFuture()).isCompleted();
        server.add(Isolation.SESSION);
        server.pass(SOON);
        assertThat(server.state()).as("nobody wakes it").isEqualTo(ServiceState.STOPPED);
        server.call();
        server.pass(SOON);

        assertThat(subscribed()).containsExactly("a", "a");
        assertThat(server.listeners()).isEqualTo(1);
    }

    @Test
    void aServerThatCannotBeWokenIsListenedToOnceACallHasWokenIt() {
        server.failStarts();
        WatchedResources listening = begin(ANNE, resources("a"));
        assertThat(server.state()).isEqualTo(ServiceState.ERROR);
        server.pass(DAY);
        assertThat(server.starts()).as("it is not tried again and again").isEqualTo(1);

        server.mendStarts();
        server.call();
        server.pass(SOON);

        assertThat(subscribed()).containsExactly("a");
        assertThat(server.listeners()).isEqualTo(1);
        watches.end(listening);
        assertThat(server.listeners()).isZero();
    }

    @Test
    void aClientThatGoesWhileItsServerStartsLeavesNothingBehind() {
        Runnable start = server.holdStarts();
        WatchedResources listening = begin(ANNE, resources("a"));
        watches.end(listening);

        start.run();
        server.pass(SOON);

        assertThat(server.state()).isEqualTo(ServiceState.RUNNING);
        assertThat(server.listeners()).isZero();
        assertThat(subscribed()).isEmpty();
        server.pass(IDLE);
        assertThat(server.state()).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void resourcesThatAppearLaterAreSubscribedToWhereTheServerRuns() {
        WatchedResources listening = begin(ANNE, resources("a"));

        listening.watch(resources("a", "b"), false);
        assertThat(subscribed()).containsExactly("a", "b");

        watches.end(listening);
        assertThat(unsubscribed()).containsExactly("a", "b");
    }

    @Test
    void resourcesThatAppearLaterWakeNobody() {
        WatchedResources listening = begin(ANNE, List.of());

        listening.watch(resources("a"), false);
        assertThat(server.state()).isEqualTo(ServiceState.STOPPED);
        talk(ANNE);
        server.pass(SOON);

        assertThat(subscribed())
                .as("by the conversation as it begins, and by who holds it then")
                .containsOnly("a");
        assertThat(server.listeners()).isEqualTo(1);
    }

    @Test
    void aConversationThatFailsKeepsNothingAwake() {
        script.methods.put(
                "initialize",
                (message, way) ->
                        way.accept(ScriptedServer.error(message.requireId(), "{\"code\":1,\"message\":\"no\"}")));

        begin(ANNE, resources("a"));

        assertThat(server.listeners()).isZero();
        server.pass(IDLE);
        assertThat(server.state()).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void aServerThatCouldNotBeSpokenToIsListenedToOnceAnybodyHasReachedIt() {
        script.methods.put(
                "initialize",
                (message, way) ->
                        way.accept(ScriptedServer.error(message.requireId(), "{\"code\":1,\"message\":\"no\"}")));
        begin(ANNE, resources("a"));
        script.methods.remove("initialize");

        talk(BERT);
        server.pass(SOON);

        assertThat(subscribed()).containsExactly("a");
        assertThat(server.listeners()).isEqualTo(1);
    }

    @Test
    void theGatewayThatClosesLetsAllServersGoAndAsksNothingMore() {
        begin(ANNE, resources("a"));

        watches.close();

        assertThat(server.listeners()).isZero();
        assertThat(unsubscribed()).isEmpty();
    }

    @Test
    void aListenerThatComesAfterTheEndKeepsNothing() {
        WatchedResources listening = begin(ANNE, resources("a"));
        watches.end(listening);

        listening.watch(resources("b"), true);
        CompletionStage<?> done = server.manager().stop(NAME, Force.NO);

        assertThat(done.toCompletableFuture()).isCompleted();
        assertThat(subscribed()).containsExactly("a");
    }
}
