package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.RequestId;

/** Passes everything on: for replies that see an answer, or its absence, on its way. */
class RelayingReply implements Reply {
    private final Reply reply;

    RelayingReply(Reply reply) {
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
    public void suspended() {
        reply.suspended();
    }

    @Override
    public void slow() {
        reply.slow();
    }

    @Override
    public void answer(byte[] json) {
        reply.answer(json);
    }

    @Override
    public void nothing(RequestId id, GatewayException cancelled) {
        reply.nothing(id, cancelled);
    }
}
