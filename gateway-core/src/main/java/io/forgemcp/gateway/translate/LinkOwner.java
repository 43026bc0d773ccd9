package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.RequestId;
import java.util.Set;

/** Whose line it is: hears what comes over a {@link ServerLink}, in order. Called from several threads, one at a time; must not block. */
interface LinkOwner {
    void onMessage(Message message);

    /** Whether a request that was sent under this id has still to be answered. */
    boolean awaits(RequestId sent);

    /** This was not delivered. */
    void onUnsent(Message message, GatewayException reason);

    /**
     * The child has gone; no request that it had will be answered.
     *
     * @param kept what it had not been given yet: its successor gets that
     */
    void onLost(GatewayException reason, Set<Message> kept);

    /** A child has answered our own handshake. */
    default void onGreeted(Message answer) {}

    /** Several children in a row did not live long enough to answer anything. The line goes on trying. */
    default void onHopeless(GatewayException reason) {}
}
