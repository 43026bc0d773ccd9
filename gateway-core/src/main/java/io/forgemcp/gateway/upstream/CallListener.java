package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;

/**
 * Hears what comes back for one request: any number of notifications and of requests of the server, then exactly one
 * answer or failure. Called in order, from any one thread at a time; must not block.
 */
public interface CallListener {
    /**
     * A notification that belongs to the request, for example progress, with the client's own progress token put back.
     * Ignored by default.
     */
    default void onNotification(Message notification) {}

    /**
     * The server asks something of the client while it works on the request: sampling, elicitation, roots. The call's
     * time limit rests until the answer is given. Refused by default.
     *
     * @param request with the server's own id, which means nothing to anyone else
     * @param answer takes the client's answer, now or later
     */
    default void onRequest(Message request, ReverseAnswer answer) {
        answer.refuse(
                new GatewayException(ErrorCode.METHOD_NOT_FOUND, "The client offers no \"" + request.method() + "\"."));
    }

    /**
     * The server has closed its stream and answers later, to whoever asks again; the gateway will. Nothing has to be done.
     * Ignored by default.
     */
    default void onPostponed() {}

    /** The server's answer, a result or an error, still with the id under which the gateway asked. */
    void onAnswer(Message answer);

    /** There is no answer, and why. */
    void onFailure(GatewayException failure);
}
