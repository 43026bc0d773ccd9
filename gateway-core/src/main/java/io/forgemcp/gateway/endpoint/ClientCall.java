package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.upstream.Call;
import io.forgemcp.gateway.upstream.CallListener;
import io.forgemcp.gateway.upstream.ReverseAnswer;
import io.forgemcp.gateway.virtualserver.Route;
import io.forgemcp.gateway.virtualserver.ServerView;
import org.jspecify.annotations.Nullable;

/**
 * A client's request while a server works on it: puts the client's id back, passes on what the server says, and brings
 * what it asks to the client.
 */
final class ClientCall implements CallListener {
    private final ClientSession session;
    private final RequestId id;
    private final Reply reply;
    private final Route route;
    private volatile boolean over;
    /** Only ever touched by the timer. */
    private boolean seen;

    private volatile @Nullable Call call;

    ClientCall(ClientSession session, RequestId id, Route route, Reply reply) {
        this.session = session;
        this.id = id;
        this.route = route;
        this.reply = reply;
    }

    /** It has been sent, so that it can be cancelled. */
    void began(Call sent) {
        if (!over) {
            call = sent;
            session.began(id, this);
            // It may have ended between the lines above.
            if (over) {
                session.ended(id, this);
            }
        }
    }

    void cancel(String reason) {
        Call sent = call;
        if (sent != null) {
            sent.cancel(reason);
        }
    }

    /** Called every so often while it is under way; the second time it is slow. */
    void look() {
        if (seen) {
            reply.slow();
        }
        seen = true;
    }

    /**
     * Says something that belongs to no call on this call's stream, because the client has no other.
     *
     * @return false if it does not reach the client
     */
    boolean say(byte[] json) {
        return !over && reply.request(json);
    }

    @Override
    public void onNotification(Message notification) {
        byte[] exposed = ServerMessages.exposed(route.service(), session, notification);
        if (exposed != null) {
            reply.notification(exposed);
        }
    }

    @Override
    public void onRequest(Message request, ReverseAnswer answer) {
        session.ask(route.service(), request, answer, json -> reply.request(json) || session.push(json));
    }

    @Override
    public void onPostponed() {
        reply.suspended();
    }

    @Override
    public void onAnswer(Message answer) {
        end();
        ServerView view = session.told();
        Message exposed = view == null ? answer : ReadableUris.expose(view, route.service(), answer);
        reply.answer(exposed.surrenderWith(Field.ID, id.toBytes()));
    }

    @Override
    public void onFailure(GatewayException failure) {
        end();
        if (failure.code() == ErrorCode.CANCELLED) {
            reply.nothing(id, failure);
        } else {
            reply.answer(Messages.error(id, failure));
        }
    }

    private void end() {
        over = true;
        session.ended(id, this);
    }
}
