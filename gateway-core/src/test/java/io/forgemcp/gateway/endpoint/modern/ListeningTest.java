package io.forgemcp.gateway.endpoint.modern;

import static io.forgemcp.gateway.endpoint.modern.ModernHttp.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.endpoint.FakeHttp;
import io.forgemcp.gateway.endpoint.LegacyClient;
import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.ManualTimers;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code subscriptions/listen} (MCP 2026-07-28, Subscriptions). */
class ListeningTest {
    private static final String UPDATED =
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":";

    private final ManualTimers timers = new ManualTimers();
    private final ScriptedServer server = new ScriptedServer();
    private final Gateway gateway = Gateway.builder()
            .service(ServiceDefinition.java("s", server).build())
            .timers(timers)
            .build()
            .start();
    private final McpEndpoint http = gateway.streamableHttp();

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void theFirstThingIsAnAcknowledgementOfWhatWillBeToldUnderTheClientsOwnId() {
        FakeHttp stream = listen("\"l1\"", "{\"toolsListChanged\":true,\"promptsListChanged\":false}");

        assertThat(stream.events())
                .containsExactly(
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",\"params\":"
                                + "{\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":\"l1\"},"
                                + "\"notifications\":{\"toolsListChanged\":true}}}");
        assertThat(stream.streamClosed()).isFalse();
        assertThat(gateway.services().statuses().get(0).listeners())
                .as("it keeps nobody awake")
                .isZero();
    }

    @Test
    void aChangedListIsToldOnceToThoseWhoAsked() {
        FakeHttp tools = listen("1", "{\"toolsListChanged\":true}");
        FakeHttp prompts = listen("2", "{\"promptsListChanged\":true}");
        server.tools = "{\"name\":\"tool\"},{\"name\":\"another\"}";

        server.say("notifications/tools/list_changed", "{}");
        server.say("notifications/tools/list_changed", "{}");
        timers.advance(Duration.ofSeconds(1));

        assertThat(tools.events()).hasSize(2);
        assertThat(tools.events().get(1))
                .contains("notifications/tools/list_changed", "\"io.modelcontextprotocol/subscriptionId\":1");
        assertThat(prompts.events()).hasSize(1);
    }

    @Test
    void whatAServerAnnouncesIsToldEvenWhereNoDifferenceIsSeen() {
        FakeHttp stream = listen("1", "{\"toolsListChanged\":true,\"resourcesListChanged\":true}");

        server.say("notifications/tools/list_changed", "{}");
        timers.advance(Duration.ofSeconds(1));

        assertThat(stream.events()).hasSize(2);
        assertThat(stream.events().get(1)).contains("notifications/tools/list_changed");
    }

    @Test
    void aChangeThatNobodyAnnouncedIsSeen() {
        FakeHttp stream = listen("1", "{\"toolsListChanged\":true}");
        server.tools = "{\"name\":\"other\"}";

        gateway.catalog()
                .refresh(io.forgemcp.gateway.service.ServiceName.of("s"))
                .toCompletableFuture()
                .join();
        timers.advance(Duration.ofSeconds(1));

        assertThat(stream.events()).hasSize(2);
    }

    @Test
    void oneChangeAfterTheOtherIsToldSoonAndThenOnceASecondAndTheLastOneToo() {
        FakeHttp stream = listen("1", "{\"toolsListChanged\":true}");

        server.say("notifications/tools/list_changed", "{}");
        timers.advance(Duration.ofSeconds(1));
        assertThat(stream.events()).hasSize(2);
        for (int i = 0; i < 30; i++) {
            server.tools = "{\"name\":\"n" + i + "\"}";
            gateway.catalog()
                    .refresh(io.forgemcp.gateway.service.ServiceName.of("s"))
                    .toCompletableFuture()
                    .join();
            timers.advance(Duration.ofMillis(100));
        }
        timers.advance(Duration.ofSeconds(1));
        assertThat(stream.events()).hasSize(6);
        timers.advance(Duration.ofMinutes(1));
        assertThat(stream.events()).hasSize(6);
    }

    @Test
    void aStreamThatItsClientClosedHearsNothingMore() {
        FakeHttp stream = listen("1", "{\"toolsListChanged\":true}");
        stream.disconnect();

        server.say("notifications/tools/list_changed", "{}");
        timers.advance(Duration.ofSeconds(1));

        assertThat(stream.events()).hasSize(1);
    }

    @Test
    void theGatewayEndsStreamsWithAResult() {
        FakeHttp stream = listen("5", "{\"toolsListChanged\":true}");

        gateway.close();

        assertThat(stream.streamClosed()).isTrue();
        assertThat(stream.events().get(1))
                .contains(
                        "\"id\":5",
                        "\"result\":{\"resultType\":\"complete\"",
                        "\"io.modelcontextprotocol/subscriptionId\":5");
    }

    @Test
    void updatesOfResourcesReachThoseWhoAskedForThem() {
        FakeHttp stream = subscribed("[\"test://a\",\"test://t/1\"]");
        FakeHttp other = request("2", "subscriptions/listen", "\"notifications\":{\"toolsListChanged\":true}")
                .to(http);
        assertThat(server.heard("resources/subscribe")).hasSize(2);

        server.say("notifications/resources/updated", "{\"uri\":\"test://t/1\"}");
        server.say("notifications/resources/updated", "{\"uri\":\"test://t/2\"}");

        assertThat(stream.events()).hasSize(2);
        assertThat(stream.events().get(1))
                .contains(
                        "notifications/resources/updated",
                        "\"uri\":\"test://t/1\"",
                        "\"io.modelcontextprotocol/subscriptionId\":1");
        assertThat(other.events()).hasSize(1);
    }

    @Test
    void whatAServerAddsToAnUpdateReachesWhoListensUnderTheIdOfItsOwnStream() {
        FakeHttp stream = subscribed("[\"test://a\"]");

        server.say(
                "notifications/resources/updated",
                "{\"uri\":\"test://a\",\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":77,\"traceparent\":\"00-1\"},"
                        + "\"etag\":{\"n\":1.0}}");
        server.say("notifications/resources/updated", "{\"uri\":\"test://a\",\"_meta\":5}");

        assertThat(stream.events().subList(1, 3))
                .containsExactly(
                        UPDATED + "{\"uri\":\"test://a\",\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":1,"
                                + "\"traceparent\":\"00-1\"},\"etag\":{\"n\":1.0}}}",
                        UPDATED + "{\"uri\":\"test://a\",\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":1}}}");
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void whoListensToAResourceHearsOfThoseBelowItAsAClientWithASessionDoes(Isolation isolation) {
        server.answer("resources/subscribe", "{}");
        subscribable(isolation);
        FakeHttp above = listen("1", "{\"resourceSubscriptions\":[\"test://t/1\"]}");
        FakeHttp both = listen("2", "{\"resourceSubscriptions\":[\"test://t/1\",\"test://t/1/2\"]}");
        FakeHttp beside = listen("3", "{\"resourceSubscriptions\":[\"test://t/2\"]}");
        LegacyClient old = LegacyClient.open(http);
        old.request("1", "resources/subscribe", "{\"uri\":\"test://t/1\"}");
        FakeHttp session = old.listen();
        int[] before = {
            above.events().size(), both.events().size(), beside.events().size()
        };

        server.say("notifications/resources/updated", "{\"uri\":\"test://t/1/2\"}");

        assertThat(above.events()).hasSize(before[0] + 1);
        assertThat(both.events()).as("once").hasSize(before[1] + 1);
        assertThat(beside.events()).hasSize(before[2]);
        assertThat(session.events())
                .as("twice where the server says it in the gateway's conversation, too")
                .isNotEmpty();
        String uri = session.events().get(0).replaceAll(".*\"uri\":(\"[^\"]*\").*", "$1");
        assertThat(above.events().get(before[0])).contains("\"uri\":" + uri, "subscriptionId\":1");
        assertThat(both.events().get(before[1])).contains("test://t/1/2\"", "subscriptionId\":2");
    }

    @Test
    void whatNobodyWantsAnyMoreIsGivenUp() {
        FakeHttp first = subscribed("[\"test://a\"]");
        FakeHttp second = subscribed("[\"test://a\"]");

        first.disconnect();
        assertThat(server.heard("resources/unsubscribe")).isEmpty();
        second.disconnect();
        assertThat(server.heard("resources/unsubscribe")).hasSize(1);
    }

    @Test
    void whoNamesResourcesKeepsTheirServerAwakeInAConversationOfItsOwn() {
        subscribable();
        int before = server.greetings.size();
        FakeHttp annes = by("anne");
        FakeHttp berts = by("bert");

        assertThat(gateway.services().statuses().get(0).listeners()).isEqualTo(2);
        assertThat(server.greetings).hasSize(before + 2);
        server.say("notifications/resources/updated", "{\"uri\":\"test://a\"}");
        assertThat(annes.events())
                .as("once for the acknowledgement, once in its conversation")
                .hasSize(2);
        assertThat(berts.events()).hasSize(2);

        annes.disconnect();
        berts.disconnect();
        assertThat(gateway.services().statuses().get(0).listeners()).isZero();
    }

    private FakeHttp by(String name) {
        return request("1", "subscriptions/listen", "\"notifications\":{\"resourceSubscriptions\":[\"test://a\"]}")
                .by(new Caller(name, Set.of()))
                .to(http);
    }

    @Test
    void inASharedConversationWhatAClientWithASessionGivesUpStaysForThoseWhoListen() {
        subscribable(Isolation.SHARED);
        FakeHttp stream = by("anne");
        LegacyClient old = LegacyClient.open(http);
        old.request("1", "resources/subscribe", "{\"uri\":\"test://a\"}");
        old.request("2", "resources/unsubscribe", "{\"uri\":\"test://a\"}");
        assertThat(server.heard("resources/unsubscribe")).isEmpty();

        server.say("notifications/resources/updated", "{\"uri\":\"test://a\"}");
        assertThat(stream.events()).hasSize(2);

        stream.disconnect();
        assertThat(server.heard("resources/unsubscribe")).hasSize(1);
    }

    @Test
    void theConversationOfAClientThatListensIsNotGivenUp() {
        subscribable();
        FakeHttp stream = by("anne");

        timers.advance(Duration.ofDays(2));
        server.say("notifications/resources/updated", "{\"uri\":\"test://a\"}");
        assertThat(stream.events()).hasSize(2);

        stream.disconnect();
        int before = server.greetings.size();
        timers.advance(Duration.ofMinutes(20));
        by("anne").disconnect();
        assertThat(server.greetings).as("it may come back soon").hasSize(before);
        timers.advance(Duration.ofDays(2));
        by("anne");
        assertThat(server.greetings).as("given up once it listened no more").hasSize(before + 1);
    }

    @Test
    void aServiceThatSomebodyListensToIsRemovedAtOnce() {
        subscribable();
        FakeHttp stream = by("anne");

        gateway.remove(io.forgemcp.gateway.service.ServiceName.of("s"))
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();

        assertThat(stream.streamClosed()).isFalse();
    }

    private FakeHttp subscribed(String uris) {
        subscribable();
        return listen("1", "{\"resourceSubscriptions\":" + uris + "}");
    }

    private void subscribable() {
        subscribable(Isolation.SESSION);
    }

    private void subscribable(Isolation isolation) {
        server.capabilities = "{\"tools\":{},\"resources\":{\"subscribe\":true}}";
        gateway.remove(io.forgemcp.gateway.service.ServiceName.of("s"))
                .toCompletableFuture()
                .join();
        gateway.add(ServiceDefinition.java("s", server).isolation(isolation).build());
        gateway.catalog()
                .refresh(io.forgemcp.gateway.service.ServiceName.of("s"))
                .toCompletableFuture()
                .join();
    }

    @Test
    void aServerThatHasNeverRunIsAskedFirstWhetherItTellsOfUpdates() {
        server.capabilities = "{\"tools\":{},\"resources\":{\"subscribe\":true}}";
        gateway.remove(io.forgemcp.gateway.service.ServiceName.of("s"))
                .toCompletableFuture()
                .join();
        CompletableFuture<Runnable> held = new CompletableFuture<>();
        server.methods.put(
                "tools/list",
                (message, way) ->
                        held.complete(() -> way.accept(ScriptedServer.result(message.requireId(), "{\"tools\":[]}"))));
        gateway.add(ServiceDefinition.java("s", server).build());

        FakeHttp stream = listen("1", "{\"resourceSubscriptions\":[\"test://a\"]}");
        FakeHttp lists = listen("2", "{\"toolsListChanged\":true}");

        assertThat(lists.events()).as("needs no server").hasSize(1);
        assertThat(stream.isAnswered()).isFalse();
        held.orTimeout(10, TimeUnit.SECONDS).join().run();
        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.events().get(0)).contains("\"resourceSubscriptions\":[\"test://a\"]");
        assertThat(stream.streamClosed()).isFalse();
    }

    @Test
    void whereNothingIsLeftToTellTheStreamEndsAtOnce() {
        FakeHttp stream = listen("1", "{\"resourceSubscriptions\":[\"test://a\"]}");

        assertThat(stream.events().get(0)).contains("\"notifications\":{}");
        assertThat(stream.streamClosed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"notifications\":7",
                "\"notifications\":{\"toolsListChanged\":1}",
                "\"notifications\":{\"resourceSubscriptions\":\"test://a\"}",
                "\"notifications\":{\"resourceSubscriptions\":[1]}"
            })
    void aFilterThatIsNoneIsRefused(String params) {
        assertThat(request("1", "subscriptions/listen", params).to(http).answer())
                .contains("-32602");
    }

    @Test
    void withoutAStreamThereIsNoListening() {
        FakeHttp refused = request("1", "subscriptions/listen", "\"notifications\":{\"toolsListChanged\":true}")
                .with("Accept", "application/json")
                .to(http);

        assertThat(refused.answer()).contains("GW-1006");
    }

    @Test
    void oneCallerOpensSoManyStreamsAndLeavesSomeToOthers() {
        FakeHttp first = listen("1", "{\"toolsListChanged\":true}");
        for (int i = 1; i < 10_000; i++) {
            listen("1", "{\"toolsListChanged\":true}");
        }

        FakeHttp refused = listen("2", "{\"toolsListChanged\":true}");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.answer()).contains("GW-1109", "10000 streams");
        FakeHttp other = request("3", "subscriptions/listen", "\"notifications\":{\"toolsListChanged\":true}")
                .by(new Caller("other", Set.of()))
                .to(http);
        assertThat(other.events()).hasSize(1);

        first.disconnect();
        assertThat(listen("4", "{\"toolsListChanged\":true}").events()).hasSize(1);
    }

    @Test
    void nobodyListensBeyondWhatAllMayHaveTogether() {
        ListenPlaces places = new ListenPlaces(3, 2);
        places.take("a");
        places.take("a");
        places.take("b");

        assertThatThrownBy(() -> places.take("b")).hasMessageContaining("3 clients listen");
        places.give("a");
        places.take("b");
    }

    private FakeHttp listen(String id, String filter) {
        return request(id, "subscriptions/listen", "\"notifications\":" + filter)
                .to(http);
    }
}
