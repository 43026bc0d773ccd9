package io.forgemcp.gateway.endpoint.modern;

import static io.forgemcp.gateway.endpoint.modern.ModernHttp.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.endpoint.FakeHttp;
import io.forgemcp.gateway.endpoint.LegacyClient;
import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.ManualTimers;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A server whose one conversation all clients share: it is subscribed to from the first client that wants to hear of a
 * resource to the last, whether they have sessions or listen without one.
 */
class SharedSubscriptionsTest {
    private static final String SUBSCRIBE = "resources/subscribe";
    private static final String UNSUBSCRIBE = "resources/unsubscribe";
    private static final String URI_A = "{\"uri\":\"test://a\"}";

    private final ManualTimers timers = new ManualTimers();
    private final ScriptedServer server =
            new ScriptedServer().answer(SUBSCRIBE, "{}").answer(UNSUBSCRIBE, "{}");
    private final ModernScript modern = new ModernScript("m.test")
            .result("resources/list", "{\"resources\":[{\"uri\":\"m://a\",\"name\":\"a\"}],\"ttlMs\":0}");
    private Gateway gateway;
    private McpEndpoint http;

    @BeforeEach
    void start() {
        server.capabilities = "{\"tools\":{},\"resources\":{\"subscribe\":true}}";
        modern.capabilities = "{\"tools\":{\"listChanged\":true},\"resources\":{\"subscribe\":true}}";
        modern.methods.put("subscriptions/listen", listens -> "");
        gateway = Gateway.builder()
                .transport(modern)
                .service(ServiceDefinition.java("s", server)
                        .isolation(Isolation.SHARED)
                        .build())
                .service(ServiceDefinition.http("m", URI.create("http://m.test/mcp"))
                        .isolation(Isolation.SHARED)
                        .build())
                .timers(timers)
                .build()
                .start();
        http = gateway.streamableHttp();
        for (String name : List.of("s", "m")) {
            gateway.catalog()
                    .refresh(ServiceName.of(name))
                    .toCompletableFuture()
                    .join();
        }
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    private FakeHttp listen(String uri) {
        return request("1", "subscriptions/listen", "\"notifications\":{\"resourceSubscriptions\":[\"" + uri + "\"]}")
                .to(http);
    }

    private LegacyClient subscribed(String uri) {
        LegacyClient client = LegacyClient.open(http);
        assertThat(client.request("1", SUBSCRIBE, "{\"uri\":\"" + uri + "\"}").answer())
                .contains("\"result\":{}");
        return client;
    }

    private int unsubscribed() {
        return server.heard(UNSUBSCRIBE).size();
    }

    /** Keeps what the server hears until the answers are run. */
    private List<Runnable> delay(String method) {
        List<Runnable> answers = new ArrayList<>();
        BiConsumer<Message, Consumer<Message>> answer = server.methods.get(method);
        server.methods.put(method, (message, way) -> answers.add(() -> answer.accept(message, way)));
        return answers;
    }

    @Test
    void theLastListenerEndsTheSubscription() {
        FakeHttp one = listen("test://a");
        FakeHttp other = listen("test://a");

        one.disconnect();
        assertThat(unsubscribed()).isZero();
        other.disconnect();
        assertThat(unsubscribed()).isOne();
    }

    @Test
    void theLastSessionThatIsDeletedEndsTheSubscription() {
        LegacyClient one = subscribed("test://a");
        LegacyClient other = subscribed("test://a");

        one.delete();
        assertThat(unsubscribed()).isZero();
        other.delete();
        assertThat(unsubscribed()).isOne();
    }

    @Test
    void aSessionThatExpiresEndsTheSubscription() {
        subscribed("test://a");

        timers.advance(Duration.ofDays(2));

        assertThat(unsubscribed()).isOne();
    }

    @Test
    void bothGenerationsAreCountedTogether() {
        FakeHttp stream = listen("test://a");
        LegacyClient first = subscribed("test://a");
        first.delete();
        assertThat(unsubscribed()).as("somebody listens").isZero();

        LegacyClient second = subscribed("test://a");
        stream.disconnect();
        assertThat(unsubscribed()).as("a session has subscribed").isZero();
        second.request("2", UNSUBSCRIBE, URI_A);
        assertThat(unsubscribed()).isOne();
    }

    @Test
    void whoSubscribesWhileTheLastSessionUnsubscribesIsSubscribed() {
        LegacyClient one = subscribed("test://a");
        List<Runnable> answers = delay(UNSUBSCRIBE);

        one.request("2", UNSUBSCRIBE, URI_A);
        subscribed("test://a");
        answers.get(0).run();

        assertThat(server.heard(SUBSCRIBE)).hasSize(3);
        assertThat(server.received.get(server.received.size() - 1).method()).isEqualTo(SUBSCRIBE);
    }

    @Test
    void whoListensWhileTheLastSessionEndsIsSubscribed() {
        LegacyClient one = subscribed("test://a");
        List<Runnable> answers = delay(UNSUBSCRIBE);

        one.delete();
        listen("test://a");
        answers.get(0).run();

        assertThat(server.heard(SUBSCRIBE)).hasSize(3);
        assertThat(server.received.get(server.received.size() - 1).method()).isEqualTo(SUBSCRIBE);
    }

    @Test
    void whoeverIsAboutToSubscribeIsNotForgottenWhenTheLastLeaves() {
        FakeHttp stream = listen("test://a");
        List<Runnable> answers = delay(SUBSCRIBE);
        LegacyClient client = LegacyClient.open(http);
        client.request("1", SUBSCRIBE, URI_A);

        stream.disconnect();
        assertThat(unsubscribed()).isZero();
        answers.get(0).run();
        assertThat(unsubscribed()).isZero();

        client.delete();
        assertThat(unsubscribed()).isOne();
    }

    @Test
    void aClientThatIsRefusedAfterTheLastHasLeftLeavesNothingBehind() {
        FakeHttp stream = listen("test://a");
        List<Runnable> refusals = new ArrayList<>();
        server.methods.put(
                SUBSCRIBE,
                (message, way) -> refusals.add(() ->
                        way.accept(ScriptedServer.error(message.requireId(), "{\"code\":-1,\"message\":\"no\"}"))));
        LegacyClient.open(http).request("1", SUBSCRIBE, URI_A);

        stream.disconnect();
        refusals.get(0).run();

        assertThat(unsubscribed()).isOne();
    }

    @Test
    void theStreamOfAModernServerIsOpenedWithoutWhatTheLastHasLeft() {
        FakeHttp stream = listen("m://a");
        LegacyClient client = subscribed("m://a");
        timers.advance(Duration.ofSeconds(1));
        assertThat(lastListen()).contains("\"resourceSubscriptions\":[\"m://a\"]");

        stream.disconnect();
        timers.advance(Duration.ofSeconds(1));
        assertThat(lastListen()).contains("\"resourceSubscriptions\":[\"m://a\"]");
        client.delete();
        timers.advance(Duration.ofSeconds(1));

        assertThat(lastListen()).contains("toolsListChanged").doesNotContain("resourceSubscriptions");
    }

    private String lastListen() {
        return String.valueOf(modern.last("subscriptions/listen").get(Field.PARAMS));
    }

    @Test
    void aGatewayThatClosesUnsubscribesFromNothing() {
        subscribed("test://a");
        listen("test://a");

        gateway.close();

        assertThat(unsubscribed()).isZero();
    }
}
