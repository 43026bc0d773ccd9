package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Begins as one kind of channel and becomes another if the server turns out to speak that. */
final class ProbingChannel implements UpstreamChannel {
    private final Supplier<CompletionStage<UpstreamChannel>> older;
    private volatile UpstreamChannel current;
    private volatile boolean found;
    private boolean closed;

    ProbingChannel(UpstreamChannel newer, Supplier<CompletionStage<UpstreamChannel>> older) {
        this.current = newer;
        this.older = older;
    }

    @Override
    public Exchange send(Outgoing message, Receiver receiver) {
        return found ? current.send(message, receiver) : current.send(message, new Probe(message, receiver));
    }

    @Override
    public void listen() {
        current.listen();
    }

    @Override
    public void listen(Runnable answered) {
        current.listen(answered);
    }

    @Override
    public void protocolVersion(String date) {
        found = true;
        current.protocolVersion(date);
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        current.close();
    }

    private synchronized boolean become(UpstreamChannel channel) {
        if (!closed) {
            current = channel;
            found = true;
        }
        return !closed;
    }

    /** The first message, whose refusal says that the server speaks the other transport. */
    private final class Probe implements Receiver {
        private final Outgoing message;
        private final Receiver receiver;

        Probe(Outgoing message, Receiver receiver) {
            this.message = message;
            this.receiver = receiver;
        }

        @Override
        public void onMessage(Message incoming) {
            receiver.onMessage(incoming);
        }

        @Override
        public void onEnd() {
            receiver.onEnd();
        }

        @Override
        public void onFailure(GatewayException failure) {
            if (!isWorthTrying(failure)) {
                receiver.onFailure(failure);
                return;
            }
            older.get().whenComplete((channel, refused) -> onOlder(channel, refused, failure));
        }

        private boolean isWorthTrying(GatewayException failure) {
            // A question about the newer generation says nothing about the older transport when it is refused.
            return "initialize".equals(message.method())
                    && failure instanceof HttpRefusedException refused
                    && (refused.status() == 400 || refused.status() == 404 || refused.status() == 405);
        }

        private void onOlder(@Nullable UpstreamChannel channel, @Nullable Throwable refused, GatewayException failure) {
            if (channel == null) {
                // Neither works: the newer transport's refusal is the one that helps.
                if (refused != null) {
                    failure.addSuppressed(refused);
                }
                receiver.onFailure(failure);
            } else if (become(channel)) {
                channel.send(message, receiver);
            } else {
                channel.close();
            }
        }
    }
}
