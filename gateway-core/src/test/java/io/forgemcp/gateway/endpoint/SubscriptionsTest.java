package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.upstream.UpstreamTarget;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code resources/subscribe} and what comes of it. */
class SubscriptionsTest {
    private static final String PARAMS = "{\"uri\":\"file:///a\"}";
    private static final String UPDATED =
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{\"uri\":\"file:///a\"}}";

    private final PuppetServer server = new PuppetServer();
    private final PuppetServer shared = new PuppetServer();
    private Gateway gateway;
    private McpEndpoint http;

    @BeforeEach
    void start() {
        server.resources = "[{\"uri\":\"file:///a\",\"name\":\"a\"}]";
        server.capabilities = "{\"resources\":{\"subscribe\":true},\"tools\":{}}";
        shared.resources = "[{\"uri\":\"file:///b\",\"name\":\"b\"}]";
        shared.capabilities = server.capabilities;
        gateway = Gateway.builder()
                .service(ServiceDefinition.java("s", server).build())
                .service(ServiceDefinition.java("o", shared)
                        .isolation(Isolation.SHARED)
                        .build())
                .build()
                .start();
        http = gateway.streamableHttp();
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void aChangeReachesTheClientThatSubscribed() {
        LegacyClient client = LegacyClient.open(http);
        FakeHttp listening = client.listen();

        assertThat(client.request("1", "resources/subscribe", PARAMS).answer()).contains("\"result\":{}");
        assertThat(server.talk().heard()).contains("resources/subscribe " + PARAMS);
        server.talk().say(UPDATED);

        assertThat(listening.events()).containsExactly(UPDATED);
    }

    @Test
    void ofASharedServerEachSubscriberHearsAndTheServerIsLeftWithTheLast() {
        String params = "{\"uri\":\"file:///b\"}";
        String updated = UPDATED.replace("///a", "///b");
        LegacyClient one = LegacyClient.open(http);
        LegacyClient two = LegacyClient.open(http);
        LegacyClient stranger = LegacyClient.open(http);
        FakeHttp first = one.listen();
        FakeHttp second = two.listen();
        FakeHttp third = stranger.listen();
        one.request("1", "resources/subscribe", params);
        two.request("1", "resources/subscribe", params);
        shared.talk().say(updated);
        one.request("2", "resources/unsubscribe", params);
        assertThat(shared.talk().heard()).noneMatch(heard -> heard.startsWith("resources/unsubscribe"));
        shared.talk().say(updated);
        two.request("2", "resources/unsubscribe", params);

        assertThat(shared.talk().heard()).contains("resources/unsubscribe " + params);
        assertThat(first.events()).hasSize(1);
        assertThat(second.events()).hasSize(2);
        assertThat(third.events()).isEmpty();
    }

    @Test
    void whatAClientWantsIsAskedAgainInAConversationThatBeginsLater() {
        ManualTimers timers = new ManualTimers();
        ClientSessions sessions = new ClientSessions(timers, Duration.ofMinutes(1), 10, gone -> {});
        ServerMessages messages = new ServerMessages();
        messages.connect(sessions, gateway.catalog());
        ClientSession session = sessions.open(Caller.LOCAL, null);
        boolean[] released = new boolean[1];
        session.subscriptions().add(ServiceName.of("s"), "file:///a", new FakeLease(released), () -> {});

        assertThat(messages.opening(ServiceName.of("s"), session.key(), JsonSlice.parse("{}")))
                .singleElement()
                .satisfies(request -> assertThat(request.get(Field.PARAMS)).hasToString(PARAMS));
        assertThat(messages.opening(ServiceName.of("s"), ClientKey.GATEWAY, JsonSlice.parse("{}")))
                .hasSize(1);
        assertThat(messages.opening(ServiceName.of("o"), session.key(), JsonSlice.parse("{}")))
                .isEmpty();
        sessions.end(session, "over");
        assertThat(released[0]).isTrue();
        assertThat(messages.opening(ServiceName.of("s"), ClientKey.GATEWAY, JsonSlice.parse("{}")))
                .isEmpty();
    }

    private record FakeLease(boolean[] released) implements Lease {
        @Override
        public UpstreamTarget target() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Lease yielding() {
            return this;
        }

        @Override
        public void close() {
            released[0] = true;
        }
    }

    @Test
    void anUnknownResourceIsNotSubscribedTo() {
        assertThat(LegacyClient.open(http)
                        .request("1", "resources/subscribe", "{\"uri\":\"file:///none\"}")
                        .answer())
                .contains("-32002");
    }
}
