package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.virtualserver.Route;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code resources/subscribe} and {@code resources/unsubscribe}: the server is asked, and what the client wants is noted
 * with a lease. A server whose conversation all clients share hears of the first and the last of them. Thread-safe.
 */
final class Subscribing {
    private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.US_ASCII);

    private final ClientSessions sessions;
    private final CallPath calls;
    private final ServerMessages messages;

    /** @param messages knows what clients without sessions want */
    Subscribing(ClientSessions sessions, CallPath calls, ServerMessages messages) {
        this.sessions = sessions;
        this.calls = calls;
        this.messages = messages;
    }

    /** @param ask sends the request and takes where its answer goes */
    void subscribe(ClientSession session, Message request, Route route, Reply reply, Consumer<Reply> ask) {
        calls.hold(session.profile(), route).whenComplete((lease, failure) -> {
            if (lease == null) {
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
        if (calls.isShared(route.service()) && isWantedByAnyone(route)) {
            reply.answer(Messages.result(request.requireId(), EMPTY));
        } else {
            ask.accept(reply);
        }
    }

    private boolean isWantedByAnyone(Route route) {
        for (ClientSession session : sessions.all()) {
            if (session.subscriptions().has(route.service(), route.original())) {
                return true;
            }
        }
        return messages.isWantedByOthers(route.service(), route.original());
    }

    /** Notes the subscription if the server agrees. */
    private static final class Noting implements Reply {
        private final ClientSession session;
        private final Route route;
        private final Reply reply;
        private @Nullable Lease lease;

        private Noting(ClientSession session, Route route, Lease lease, Reply reply) {
            this.session = session;
            this.route = route;
            this.lease = lease;
            this.reply = reply;
        }

        @Override
        public void notification(byte[] json) {
            reply.notification(json);
        }

        @Override
        public boolean request(byte[] json) {
            return reply.request(json);
        }

        @Override
        public void answer(byte[] json) {
            Lease held = lease;
            lease = null;
            if (held != null && Message.parse(json).kind() == Message.Kind.RESULT) {
                session.subscriptions().add(route.service(), route.original(), held);
            } else if (held != null) {
                held.close();
            }
            reply.answer(json);
        }

        @Override
        public void nothing(RequestId id, GatewayException cancelled) {
            if (lease != null) {
                lease.close();
                lease = null;
            }
            reply.nothing(id, cancelled);
        }
    }
}
