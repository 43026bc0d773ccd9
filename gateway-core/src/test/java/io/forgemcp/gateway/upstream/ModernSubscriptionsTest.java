package io.forgemcp.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.transport.ChannelListener;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What servers of revision 2026-07-28 are listened to for. */
class ModernSubscriptionsTest extends ModernConversation {
    private static final Duration SETTLED = Duration.ofMillis(20);

    @Test
    void manySubscriptionsAtOnceAreAFewStreamsAndNotOneEach() {
        send(OLD, "resources/subscribe", "\"uri\":\"test://0\"");
        server.calls.remove(0).answer(LISTENING);
        for (int i = 1; i < 1_000; i++) {
            send(OLD, "resources/subscribe", "\"uri\":\"test://" + i + "\"");
        }
        timers.advance(SETTLED);

        assertThat(server.calls.stream().filter(call -> call.message.method().equals("subscriptions/listen")))
                .hasSize(2);
        assertThat(server.lastCall()
                        .message
                        .get(Field.PARAMS)
                        .member("notifications")
                        .member("resourceSubscriptions")
                        .elements())
                .hasSize(1_000);
    }

    @Test
    void aSubscriptionBecomesAStreamThatIsOpenedAnewWhenItChanges() {
        send(OLD, "resources/subscribe", "\"uri\":\"test://a\"");
        server.calls.remove(0).answer(LISTENING);
        ManualServer.Received first = server.lastCall();
        assertThat(first.message.method()).isEqualTo("subscriptions/listen");
        assertThat(first.message.get(Field.PARAMS).member("notifications"))
                .hasToString("{\"resourceSubscriptions\":[\"test://a\"]}");
        first.say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",\"params\":{}}");
        first.say(
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{\"uri\":\"test://a\"}}");

        send(OLD, "resources/subscribe", "\"uri\":\"test://b\"");
        timers.advance(SETTLED);

        assertThat(first.cancelled).isTrue();
        assertThat(server.lastCall().message.get(Field.PARAMS).member("notifications"))
                .hasToString("{\"resourceSubscriptions\":[\"test://a\",\"test://b\"]}");
        assertThat(heard).containsExactly("anne notifications/resources/updated");
    }

    @Test
    void overStandardStreamsTheServerIsToldThatAStreamIsNotListenedToAnyMore() {
        upstreams.send(
                stdio(Isolation.SESSION),
                OLD,
                request("resources/subscribe", "\"uri\":\"test://a\""),
                new RecordingCall());
        refuseInitialize();
        server.calls.remove(0).answer(LISTENING);
        ManualServer.Received first = server.lastCall();
        assertThat(first.message.method()).isEqualTo("subscriptions/listen");

        upstreams.send(
                stdio(Isolation.SESSION),
                OLD,
                request("resources/unsubscribe", "\"uri\":\"test://a\""),
                new RecordingCall());
        timers.advance(SETTLED);

        // The first was for changed lists alone, before there was a subscription.
        assertThat(server.notificationTexts())
                .hasSize(2)
                .last()
                .asString()
                .startsWith("notifications/cancelled {\"requestId\":" + first.message.requireId() + ",");
    }

    @Test
    void whatTheGatewaysOwnSubscriptionsAreCalledReachesNoClient() {
        upstreams.send(
                stdio(Isolation.SESSION),
                OLD,
                request("resources/subscribe", "\"uri\":\"test://a\""),
                new RecordingCall());
        refuseInitialize();
        server.calls.remove(0).answer(LISTENING);
        String meta = "\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":7";
        ChannelListener stream = server.channels.get(0).listener;
        stream.onMessage(notification("subscriptions/acknowledged", "\"notifications\":{}," + meta + "}"));
        stream.onMessage(notification("resources/updated", "\"uri\":\"test://a\"," + meta + "}"));
        stream.onMessage(notification("resources/updated", "\"uri\":\"test://a\"," + meta + ",\"own\":1.0}"));

        assertThat(heard)
                .containsExactly("anne notifications/resources/updated", "anne notifications/resources/updated");
        assertThat(texts.get(0)).doesNotContain("subscriptionId", "_meta").contains("test://a");
        assertThat(texts.get(1)).doesNotContain("subscriptionId").contains("\"_meta\":{\"own\":1.0}");
    }

    private static Message notification(String what, String params) {
        return Message.parse(EchoServer.text(
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/" + what + "\",\"params\":{" + params + "}}"));
    }

    @Test
    void theGatewayItselfListensForChangedListsAndListensAgainWhenTheStreamEnds() {
        upstreams.session(target(), ClientProfile.GATEWAY);
        server.calls.remove(0).answer(LISTENING);
        ManualServer.Received stream = server.lastCall();
        assertThat(stream.message.get(Field.PARAMS).member("notifications")).hasToString("{\"toolsListChanged\":true}");
        assertThat(stream.headers).contains("subscriptions/listen");
        stream.say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\",\"params\":{}}");
        assertThat(heard).containsExactly("gateway notifications/tools/list_changed");

        stream.receiver.onEnd();
        int before = server.calls.size();
        timers.advance(Duration.ofSeconds(2));

        assertThat(server.calls).hasSize(before + 1);
        assertThat(server.lastCall().message.method()).isEqualTo("subscriptions/listen");
    }
}
