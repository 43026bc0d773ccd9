package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import org.jspecify.annotations.Nullable;

/**
 * A request that a server has still to answer.
 *
 * @param request as the client sent it
 * @param sent as the server gets it
 * @param session whose it is
 */
record Pending(Message request, Message sent, Session session, Reply reply) {
    RequestId id() {
        return request.requireId();
    }

    @Nullable
    JsonSlice progressToken() {
        return request.get(Message.Field.PROGRESS_TOKEN);
    }

    void answer(byte[] json) {
        session.ended(this);
        reply.answer(json);
    }

    void fail(GatewayException reason) {
        answer(Messages.error(id(), reason));
    }

    void drop() {
        session.ended(this);
        reply.nothing(id());
    }
}
