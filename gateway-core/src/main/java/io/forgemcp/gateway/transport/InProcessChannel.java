package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.inprocess.InProcessServer;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A conversation with an object. Messages are handed over one at a time, in order, by whichever caller finds the server
 * free; a caller that finds it busy leaves its message to the one who is there.
 */
final class InProcessChannel implements UpstreamChannel {
    private static final Logger LOG = LoggerFactory.getLogger(InProcessChannel.class);

    private final String service;
    private final ChannelListener listener;
    private final PassedOver passedOver;
    private final ConcurrentLinkedQueue<Message> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private InProcessServer.@Nullable Conversation conversation;
    private volatile boolean closed;

    InProcessChannel(String service, ChannelListener listener) {
        this.service = service;
        this.listener = listener;
        this.passedOver = new PassedOver(service, "correct its code");
    }

    void open(InProcessServer server) {
        conversation = server.open(this::fromServer);
    }

    private void fromServer(Message message) {
        if (closed) {
            return;
        }
        try {
            listener.check(message);
        } catch (GatewayException broken) {
            if (!listener.onUnreadable(message.bytes(), broken)) {
                passedOver.add(message.bytes(), broken);
            }
            return;
        }
        listener.onMessage(message);
    }

    @Override
    public Exchange send(Outgoing message, Receiver receiver) {
        if (closed) {
            receiver.onFailure(new GatewayException(
                    ErrorCode.UPSTREAM_UNREACHABLE,
                    "The conversation with service \"" + service + "\" is closed; the message was not sent."));
            return Exchange.NONE;
        }
        waiting.add(Message.parse(message.json()));
        if (count.getAndIncrement() == 0) {
            do {
                handOver(Objects.requireNonNull(waiting.poll()));
            } while (count.decrementAndGet() > 0);
        }
        if (!message.request()) {
            receiver.onEnd();
        }
        return Exchange.NONE;
    }

    private void handOver(Message message) {
        try {
            Objects.requireNonNull(conversation).receive(message);
        } catch (RuntimeException failure) {
            LOG.warn("In-process server failed: service={}", service, failure);
            RequestId id = message.isRequest() ? message.id() : null;
            if (id != null) {
                fromServer(Message.parse(Messages.error(
                        id,
                        new GatewayException(
                                ErrorCode.INTERNAL,
                                "Service \"" + service + "\" failed with "
                                        + failure.getClass().getSimpleName() + ". The log has the details."))));
            }
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        if (conversation != null) {
            conversation.close();
        }
    }
}
