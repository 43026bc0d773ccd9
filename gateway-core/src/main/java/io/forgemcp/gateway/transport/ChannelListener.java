package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;

/** Hears what a channel cannot attribute to one request. Called in order; must not block. */
public interface ChannelListener {
    /** A message from the server outside any response. */
    void onMessage(Message message);

    /**
     * The channel is over and nothing more will come: the process ended, the stream broke for good. Called at most
     * once, and not after {@code close()}.
     */
    void onClosed(GatewayException reason);
}
