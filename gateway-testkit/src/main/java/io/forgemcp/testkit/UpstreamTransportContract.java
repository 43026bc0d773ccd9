package io.forgemcp.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.transport.ChannelListener;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.Outgoing;
import io.forgemcp.gateway.transport.UpstreamChannel;
import io.forgemcp.gateway.transport.UpstreamTransport;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link UpstreamTransport} does. Extend it, give a transport and the address of a server that it can reach,
 * for example a {@link FakeUpstream}.
 */
public abstract class UpstreamTransportContract {
    private static final String INITIALIZE = "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},"
            + "\"clientInfo\":{\"name\":\"contract\",\"version\":\"1\"}}";

    private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    private final BlockingQueue<GatewayException> failures = new LinkedBlockingQueue<>();
    private UpstreamChannel channel;

    protected abstract UpstreamTransport newTransport();

    /** Where an MCP server is that knows a handshake and answers pings. */
    protected abstract InstanceAddress address();

    @BeforeEach
    void open() throws Exception {
        ChannelListener listener = new ChannelListener() {
            @Override
            public void onMessage(Message message) {
                messages.add(message);
            }

            @Override
            public void onClosed(GatewayException reason) {
                failures.add(reason);
            }
        };
        channel = newTransport()
                .open("contract", address(), listener)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    @AfterEach
    void closeTwice() {
        channel.close();
        channel.close();
    }

    private void ask(long id, String method, @Nullable String params) {
        byte[] json = Messages.request(
                        RequestId.of(id), method, params == null ? null : params.getBytes(StandardCharsets.UTF_8))
                .bytes();
        channel.send(Outgoing.request(json, method, id), new UpstreamChannel.Receiver() {
            @Override
            public void onMessage(Message message) {
                messages.add(message);
            }

            @Override
            public void onEnd() {}

            @Override
            public void onFailure(GatewayException failure) {
                failures.add(failure);
            }
        });
    }

    private Message answer() throws InterruptedException {
        for (; ; ) {
            Message message = messages.poll(20, TimeUnit.SECONDS);
            assertThat(message).as("an answer; failures: %s", failures).isNotNull();
            if (message.isAnswer()) {
                return message;
            }
        }
    }

    @Test
    void itSupportsTheAddress() {
        assertThat(newTransport().supports(address())).isTrue();
    }

    @Test
    void aRequestIsAnsweredUnderItsOwnId() throws Exception {
        ask(41, "initialize", INITIALIZE);

        Message answer = answer();

        assertThat(answer.id()).isEqualTo(RequestId.of(41));
        assertThat(answer.kind()).isEqualTo(Message.Kind.RESULT);
    }

    @Test
    void aConversationGoesOn() throws Exception {
        ask(1, "initialize", INITIALIZE);
        answer();
        channel.protocolVersion("2025-11-25");
        channel.send(
                Outgoing.notification(
                        Messages.notification("notifications/initialized", null).bytes(), "notifications/initialized"),
                new UpstreamChannel.Receiver() {
                    @Override
                    public void onMessage(Message message) {}

                    @Override
                    public void onEnd() {}

                    @Override
                    public void onFailure(GatewayException failure) {
                        failures.add(failure);
                    }
                });

        for (int i = 2; i < 12; i++) {
            ask(i, "ping", null);
            assertThat(answer().id()).isEqualTo(RequestId.of(i));
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void afterClosingARequestFailsAndIsKnownNotToHaveRun() throws Exception {
        channel.close();

        ask(9, "ping", null);

        GatewayException failure = failures.poll(20, TimeUnit.SECONDS);
        assertThat(failure).isNotNull();
        assertThat(failure.code().code()).isEqualTo("GW-1501");
        assertThat(messages).noneMatch(Message::isAnswer);
    }
}
