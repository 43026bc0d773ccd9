package io.forgemcp.gateway.endpoint.modern;

import static io.forgemcp.gateway.lifecycle.SleepyServer.NAME;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.endpoint.CallPath;
import io.forgemcp.gateway.endpoint.CallRecorder;
import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.lifecycle.InstanceEnded;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.lifecycle.SleepyServer;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.ParameterHeaders;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.transport.InProcessTransport;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.upstream.ReverseAnswer;
import io.forgemcp.gateway.upstream.UpstreamListener;
import io.forgemcp.gateway.upstream.UpstreamSettings;
import io.forgemcp.gateway.upstream.Upstreams;
import io.forgemcp.gateway.virtualserver.Route;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server whose resources somebody listens for: awake and subscribed to, and free to go when it is told to. */
class ResourceWatchesTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration IDLE = Duration.ofSeconds(301);
    private static final ClientProfile ANNE = modern("anne");
    private static final ClientProfile BERT = modern("bert");

    private final ScriptedServer script =
            new ScriptedServer().answer("resources/subscribe", "{}").answer("resources/unsubscribe", "{}");
    private SleepyServer server = new SleepyServer(script, Isolation.SESSION);
    private Upstreams upstreams;
    private CallPath path;
    private ResourceWatches watches;
    /** What clients with sessions want. */
    private final Set<String> withSessions = ConcurrentHashMap.newKeySet();

    ResourceWatchesTest() {
        wire();
    }

    /** As the gateway puts these together. */
    private void wire() {
        script.capabilities = "{\"resources\":{\"subscribe\":true}}";
        upstreams = new Upstreams(
                List.of(new InProcessTransport()),
                UpstreamSettings.DEFAULT,
                server.timers(),
                new NoMetrics(),
                new UpstreamListener() {
                    @Override
                    public void onNotification(ServiceName service, ClientKey client, Message notification) {}

                    @Override
                    public void onRequest(
                            ServiceName service, ClientKey client, Message request, ReverseAnswer answer) {}

                    @Override
                    public List<Message> opening(
                            ServiceName service, ClientKey client, @Nullable JsonSlice capabilities) {
                        return watches.opening(service, client).stream()
                                .map(ResourceWatchesTest::subscribe)
                                .toList();
                    }
                });
        path = new CallPath(
                server.manager(),
                upstreams,
                new CallRecorder(new NoMetrics(), (service, why) -> {}),
                () -> Duration.ofSeconds(30));
        watches = new ResourceWatches(
                path, (service, uri) -> withSessions.contains(uri), Duration.ofSeconds(60), server.timers());
        server.events().subscribe(event -> {
            if (event instanceof InstanceEnded end) {
                upstreams.closeInstance(end.instance(), end.reason());
            }
            watches.heard(event);
        });
    }

    private void shared() {
        close();
        server = new SleepyServer(script, Isolation.SHARED);
        wire();
    }

    @AfterEach
    void close() {
        upstreams.close();
        server.close();
    }

    private WatchedResources begin(ClientProfile client, List<Route> resources) {
        WatchedResources watched = watches.of(client);
        watches.begin(watched, resources);
        return watched;
    }

    private static ClientProfile modern(String name) {
        return new ClientProfile(
                new ClientKey(name, ClientKey.Keeps.CONVERSATIONS), ProtocolVersion.LATEST, JsonSlice.parse("{}"));
    }

    private static Message subscribe(String uri) {
        return Messages.request(RequestId.of(1), "resources/subscribe", uri(uri));
    }

    private static byte[] uri(String uri) {
        return ("{\"uri\":" + new String(JsonText.quote(uri), StandardCharsets.UTF_8) + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static List<Route> resources(String... uris) {
        return List.of(uris).stream()
                .map(uri -> new Route(NAME, uri, JsonText.quote(uri), ParameterHeaders.NONE))
                .toList();
    }

    private List<String> subscribed() {
        return heard("resources/subscribe");
    }

    private List<String> unsubscribed() {
        return heard("resources/unsubscribe");
    }

    private List<String> heard(String method) {
        return script.heard(method).stream()
                .map(message -> message.text(Field.URI))
                .toList();
    }

    @Test
    void aServerIsAwakeForAsLongAsSomebodyListensAndSleepsAfterwards() {
        WatchedResources listening = begin(ANNE, resources("a", "b"));

        server.pass(DAY);
        assertThat(server.state()).isEqualTo(ServiceState.RUNNING);
        assertThat(subscribed()).containsExactlyInAnyOrder("a", "b");
        assertThat(server.listeners()).isEqualTo(1);

        watches.end(listening);
        assertThat(unsubscribed()).containsExactlyInAnyOrder("a", "b");
        assertThat(server.listeners()).isZero();
        server.pass(IDLE);
        assertThat(server.state()).isEqualTo(ServiceState.SLEEPING);
    }

    @Test
    void oneThatSleepsIsWokenOnceHoweverManyResourcesAreNamed() {
        server.call();
        server.pass(IDLE);
        assertThat(server.state()).isEqualTo(ServiceState.SLEEPING);
        String[] thousand =
                IntStream.range(0, 1_000).mapToObj(i -> "test://" + i).toArray(String[]::new);

        begin(ANNE, resources(thousand));

        assertThat(server.state()).isEqualTo(ServiceState.RUNNING);
        assertThat(server.wakes()).isEqualTo(1);
        assertThat(server.listeners()).isEqualTo(1);
        assertThat(subscribed()).hasSize(1_000).doesNotHaveDuplicates();
    }

    @Test
    void aConversationThatIsThereIsAskedForEachResource() {
        talk(ANNE);

        begin(ANNE, resources("a", "b"));

        assertThat(script.heard("initialize")).hasSize(1);
        assertThat(subscribed()).containsExactly("a", "b");
    }

    /** The client has called this server. */
    private void talk(ClientProfile client) {
        try (Lease call = server.manager()
                .acquire(NAME, client.key(), SOON)
                .toCompletableFuture()
                .join()) {
            assertThat(path.conversation(call, client).toCompletableFuture()).isCompleted();
        }
    }

    @Test
    void eachClientHasASubscriptionOfItsOwn() {
        WatchedResources annes = begin(ANNE, resources("a"));
        WatchedResources berts = begin(BERT, resources("a"));

        assertThat(subscribed()).containsExactly("a", "a");
        assertThat(script.heard("initialize")).hasSize(2);
        assertThat(annes.hears(ANNE.key(), false)).isTrue();
        assertThat(annes.hears(BERT.key(), false)).isFalse();
        assertThat(annes.hears(ClientKey.GATEWAY, false)).as("said to nobody").isFalse();

        watches.end(annes);
        assertThat(unsubscribed()).containsExactly("a");
        watches.end(berts);
        assertThat(unsubscribed()).containsExactly("a", "a");
    }

    @Test
    void whatTheSameClientStillWantsElsewhereStaysSubscribed() {
        WatchedResources one = begin(ANNE, resources("a", "b"));
        WatchedResources other = begin(ANNE, resources("b", "c"));

        watches.end(one);
        assertThat(unsubscribed()).containsExactly("a");
        watches.end(one);
        watches.end(other);
        assertThat(unsubscribed()).containsExactly("a", "b", "c");
        assertThat(server.listeners()).isZero();
    }

    @Test
    void whereAllShareOneConversationTheyShareItHereToo() {
        shared();
        WatchedResources annes = begin(ANNE, resources("a"));
        WatchedResources berts = begin(BERT, resources("b"));

        assertThat(script.heard("initialize")).hasSize(1);
        assertThat(subscribed()).containsExactly("a", "b");
        assertThat(annes.hears(ClientKey.GATEWAY, true)).isTrue();
        assertThat(berts.hears(ClientKey.GATEWAY, true)).isTrue();

        watches.end(annes);
        assertThat(unsubscribed()).containsExactly("a");
    }

    @Test
    void whereAllShareOneConversationTheLastWhoListensEndsTheSubscription() {
        shared();
        WatchedResources annes = begin(ANNE, resources("a", "b"));
        WatchedResources berts = begin(BERT, resources("a"));
        withSessions.add("b");

        watches.end(annes);
        assertThat(unsubscribed())
                .as("wanted by another, and by one with a session")
                .isEmpty();
        watches.end(berts);
        assertThat(unsubscribed()).containsExactly("a");
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void whoBeginsToListenWhileTheLastOtherLeavesIsSubscribed(Isolation isolation) {
        if (isolation == Isolation.SHARED) {
            shared();
        }
        WatchedResources first = begin(ANNE, resources("a"));
        List<Runnable> answers = new ArrayList<>();
        script.methods.put(
                "resources/unsubscribe",
                (message, way) -> answers.add(() -> way.accept(ScriptedServer.result(message.requireId(), "{}"))));

        watches.end(first);
        begin(ANNE, resources("a"));
        assertThat(subscribed()).hasSize(2);
        answers.get(0).run();

        assertThat(subscribed()).as("once more after the server had let it go").hasSize(3);
        assertThat(unsubscribed()).containsExactly("a");
    }

    @Test
    void whoSubscribesWithASessionWhileTheLastListenerLeavesIsSubscribed() {
        shared();
        WatchedResources listening = begin(ANNE, resources("a"));
        script.methods.put("resources/unsubscribe", (message, way) -> {
            withSessions.add("a");
            way.accept(ScriptedServer.result(message.requireId(), "{}"));
        });

        watches.end(listening);

        assertThat(subscribed()).containsExactly("a", "a");
    }

    @Test
    void aListenerThatLeavesBeforeItsSubscriptionIsAnsweredLeavesNoneBehind() {
        shared();
        List<Runnable> answers = new ArrayList<>();
        script.methods.put(
                "resources/subscribe",
                (message, way) -> answers.add(() -> way.accept(ScriptedServer.result(message.requireId(), "{}"))));
        talk(BERT);
        WatchedResources listening = begin(ANNE, resources("a"));
        watches.end(listening);
        int before = unsubscribed().size();

        answers.forEach(Runnable::run);

        assertThat(unsubscribed())
                .as("a server may have heard of the end first")
                .hasSize(before + 1);
    }

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
