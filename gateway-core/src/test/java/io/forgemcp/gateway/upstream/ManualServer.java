package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.transport.ChannelListener;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.Outgoing;
import io.forgemcp.gateway.transport.UpstreamChannel;
import io.forgemcp.gateway.transport.UpstreamTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A transport whose server does what the test says, on the test's own thread: it shakes hands by itself unless told
 * otherwise, and keeps every other message for the test to answer, on the response as HTTP does.
 */
final class ManualServer implements UpstreamTransport {
    /** One message that came in, with the way back. */
    final class Received implements UpstreamChannel.Exchange {
        final Message message;
        final List<String> headers;
        final UpstreamChannel.Receiver receiver;
        final Channel channel;
        boolean cancelled;

        private Received(Message message, List<String> headers, UpstreamChannel.Receiver receiver, Channel channel) {
            this.message = message;
            this.headers = headers;
            this.receiver = receiver;
            this.channel = channel;
        }

        void answer(String result) {
            receiver.onMessage(
                    Message.parse(EchoServer.result(message.requireId().json(), result)));
            receiver.onEnd();
        }

        void say(String json) {
            receiver.onMessage(Message.parse(EchoServer.text(json)));
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    /** One open conversation. */
    final class Channel implements UpstreamChannel {
        final ChannelListener listener;
        boolean closed;
        boolean listening;
        Runnable listened = () -> {};

        private Channel(ChannelListener listener) {
            this.listener = listener;
        }

        @Override
        public Exchange send(Outgoing outgoing, Receiver receiver) {
            Received received = new Received(Message.parse(outgoing.json()), outgoing.headers(), receiver, this);
            if (failure != null) {
                receiver.onFailure(failure);
            } else if (knowsSessionsOnly && "server/discover".equals(outgoing.method())) {
                probes.add(received);
                receiver.onMessage(Message.parse(EchoServer.text("{\"jsonrpc\":\"2.0\",\"id\":"
                        + received.message.requireId() + ",\"error\":{\"code\":-32601,\"message\":\"?\"}}")));
                receiver.onEnd();
            } else if (shakesHands && "initialize".equals(outgoing.method())) {
                handshakes.add(received);
                received.answer(initializeResult);
            } else if (!outgoing.request()) {
                notifications.add(received);
                receiver.onEnd();
            } else {
                calls.add(received);
            }
            return received;
        }

        @Override
        public void listen(Runnable answered) {
            listening = true;
            listened = answered;
            if (answersListening) {
                answered.run();
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    final List<Channel> channels = new ArrayList<>();
    final List<Received> handshakes = new ArrayList<>();
    final List<Received> notifications = new ArrayList<>();
    final List<Received> calls = new ArrayList<>();
    final List<InstanceAddress> evicted = new ArrayList<>();
    final List<Received> probes = new ArrayList<>();
    /** Whether it refuses server/discover by itself. */
    boolean knowsSessionsOnly = true;

    boolean shakesHands = true;
    boolean answersListening = true;
    String initializeResult = EchoServer.INITIALIZE_RESULT;
    GatewayException failure;

    Received lastCall() {
        return calls.get(calls.size() - 1);
    }

    /** The methods and parameters of the notifications that came, as text. */
    List<String> notificationTexts() {
        return notifications.stream()
                .filter(received -> received.message.isNotification())
                .map(received -> received.message.method() + " " + received.message.get(Field.PARAMS))
                .toList();
    }

    @Override
    public boolean supports(InstanceAddress address) {
        return true;
    }

    @Override
    public CompletionStage<UpstreamChannel> open(String service, InstanceAddress address, ChannelListener listener) {
        Channel channel = new Channel(listener);
        channels.add(channel);
        return CompletableFuture.completedFuture(channel);
    }

    @Override
    public void evict(InstanceAddress address) {
        evicted.add(address);
    }
}
