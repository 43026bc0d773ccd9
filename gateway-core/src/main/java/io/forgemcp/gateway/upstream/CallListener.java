package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;

/**
 * Hears what comes back for one request: any number of notifications, then exactly one answer or failure. Called in
 * order, from any one thread at a time; must not block.
 */
public interface CallListener {
    /**
     * A notification that belongs to the request, for example progress, with the client's own progress token put back.
     * Ignored by default.
     */
    default void onNotification(Message notification) {}

    /** The server's answer, a result or an error, still with the id under which the gateway asked. */
    void onAnswer(Message answer);

    /** There is no answer, and why. */
    void onFailure(GatewayException failure);
}
