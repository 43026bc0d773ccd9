package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.ServerMessageRules;

/** Hears what a channel cannot attribute to one request. Called in order; must not block. */
public interface ChannelListener {
    /** A message from the server outside any response. */
    void onMessage(Message message);

    /**
     * Looks at a message before it is handed over; as a server's, unless this is overridden.
     *
     * @throws GatewayException to have the text taken for one that is no message
     */
    default void check(Message message) {
        ServerMessageRules.check(message);
    }

    /**
     * Several messages have come as one array, and are handed over one by one after this (MCP 2025-03-26).
     *
     * @throws GatewayException with {@code INVALID_REQUEST} to refuse them all; the text is then one that is no message
     */
    default void onBatch() {}

    /**
     * Text came that is no message, alone or as an element of a batch. Where a client speaks, it is to be told; a server's greeting or stray {@code print} is
     * passed over, as this does.
     *
     * @param text as it came; of a message too long to be kept its outline, {@code {"jsonrpc":"2.0","id":5,"result":null}}
     *     of an answer, or nothing if it has none. The reason is then {@code BODY_TOO_LARGE}.
     * @return whether somebody has been told, so that it need not be logged; if not, it is nobody's
     */
    default boolean onUnreadable(byte[] text, GatewayException reason) {
        return false;
    }

    /**
     * The channel is over and nothing more will come: the process ended, the stream broke for good. Called at most
     * once, and not after {@code close()}.
     */
    void onClosed(GatewayException reason);
}
