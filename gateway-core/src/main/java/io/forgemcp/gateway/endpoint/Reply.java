package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.ReadyAnswer;
import io.forgemcp.gateway.protocol.RequestId;

/** How messages get back to the client that sent one request. Called from one thread at a time. */
interface Reply {
    /** A notification that belongs to the request; lost where the client cannot take it. */
    void notification(byte[] json);

    /**
     * A request of the server to the client, while it works on the client's own.
     *
     * @return false if the client has no way to take it
     */
    default boolean request(byte[] json) {
        return false;
    }

    /** The server has closed its stream and answers later; a client that can ask again may be let go meanwhile. */
    default void suspended() {}

    /** The answer takes long. */
    default void slow() {}

    /** The answer: the last thing that is said. */
    void answer(byte[] json);

    /** As {@link #answer(byte[])}, for an answer that others get too. */
    default void answer(ReadyAnswer ready, RequestId id) {
        answer(ready.whole(id));
    }

    /**
     * The client does not want the answer any more and gets none, unless its connection has to be answered.
     *
     * @param id of the request
     * @param cancelled tells of it
     */
    void nothing(RequestId id, GatewayException cancelled);
}
