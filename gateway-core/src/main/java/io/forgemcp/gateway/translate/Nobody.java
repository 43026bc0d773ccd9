package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.RequestId;
import java.util.Set;

/** The owner of a line that has no client yet. */
enum Nobody implements LinkOwner {
    INSTANCE;

    @Override
    public void onMessage(Message message) {}

    @Override
    public boolean awaits(RequestId sent) {
        return false;
    }

    @Override
    public void onUnsent(Message message, GatewayException reason) {}

    @Override
    public void onLost(GatewayException reason, Set<Message> kept) {}
}
