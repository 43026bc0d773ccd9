package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.virtualserver.Route;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code resources/subscribe} and {@code resources/unsubscribe}: the server is asked, and what the client wants is noted
 * with a lease. A server whose conversation all clients share hears of the first and the last of them, with sessions and
 * without, however the last one leaves. Thread-safe.
 */
final class Subscribing {
    private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.US_ASCII);

    private final ClientSessions sessions;
    private final CallPath calls;
    private final ServerMessages messages;
    private final SubscriptionRequests requests;

    /**
     * @param messages knows what clients without sessions want
     * @param timeout for what servers are asked when a client has left without a word
     */
    Subscribing(ClientSessions sessions, CallPath calls, ServerMessages messages, Duration timeout) {
        this.sessions = sessions;
        this.calls = calls;
        this.messages = messages;
        this.requests = new SubscriptionRequests(timeout);
    }

    /** @param ask sends the request and takes where its answer goes */
    void subscribe(ClientSession session, Message request, Route route, Reply reply, Consumer<Reply> ask) {
        // Known before the server is asked: who leaves meanwhile is not the last.
        session.subscriptions().asking(route.service(), route.original());
        calls.hold(session.profile(), route).whenComplete((lease, failure) -> {
            if (lease == null) {
                session.subscriptions().answered(route.service(), route.original());
                left(route);
                reply.answer(Messages.error(
                        request.requireId(),
                        GatewayException.of(failure == null ? new IllegalStateException("no lease") : failure)));
            } else {
                ask.accept(new Noting(session, route, lease, reply));
            }
        });
    }

    void unsubscribe(ClientSession session, Message request, Route route, Reply reply, Consumer<Reply> ask) {
        session.subscriptions().remove(route.service(), route.original());
        if (!calls.isShared(route.service())) {
            ask.accept(reply);
        } else if (isWanted(route)) {
            reply.answer(Messages.result(request.requireId(), EMPTY));
        } else {
            ask.accept(new Leaving(route, reply));
        }
    }

    private boolean isWanted(Route route) {
        return sessions.wants(route.service(), route.original())
                || messages.isWantedByOthers(route.service(), route.original());
    }

    /** A client that wanted to hear of this resource does not any more, and has not asked for the end of it. */
    private void left(Route route) {
        // Where each has a conversation of its own that ends too, and so do all servers with the gateway.
        if (calls.isShared(route.service()) && !sessions.isClosed()) {
            requests.leave(calls.sharedConversations(route.service()), route, this::isWanted);
        }
    }

    /** Subscribes again if somebody came while the server was being told that the last one had left. */
    private final class Leaving extends RelayingReply {
        private final Route route;

        private Leaving(Route route, Reply reply) {
            super(reply);
            this.route = route;
        }

        @Override
        public void answer(byte[] json) {
            look();
            super.answer(json);
        }

        @Override
        public void nothing(RequestId id, GatewayException cancelled) {
            look();
            super.nothing(id, cancelled);
        }

        private void look() {
            if (isWanted(route)) {
                calls.sharedConversations(route.service())
                        .forEach(conversation -> requests.subscribe(conversation, route, Subscribing.this::isWanted));
            }
        }
    }

    /** Notes the subscription if the server agrees. */
    private final class Noting extends RelayingReply {
        private final ClientSession session;
        private final Route route;
        private @Nullable Lease lease;

        private Noting(ClientSession session, Route route, Lease lease, Reply reply) {
            super(reply);
            this.session = session;
            this.route = route;
            this.lease = lease;
        }

        @Override
        public void answer(byte[] json) {
            Lease held = lease;
            lease = null;
            if (held != null && Message.parse(json).kind() == Message.Kind.RESULT) {
                session.subscriptions().add(route.service(), route.original(), held, () -> left(route));
                session.subscriptions().answered(route.service(), route.original());
            } else {
                drop(held);
            }
            super.answer(json);
        }

        @Override
        public void nothing(RequestId id, GatewayException cancelled) {
            Lease held = lease;
            lease = null;
            drop(held);
            super.nothing(id, cancelled);
        }

        /** The server may have agreed all the same, or others may have left because this client was there. */
        private void drop(@Nullable Lease held) {
            session.subscriptions().answered(route.service(), route.original());
            if (held != null) {
                left(route);
                held.close();
            }
        }
    }
}
