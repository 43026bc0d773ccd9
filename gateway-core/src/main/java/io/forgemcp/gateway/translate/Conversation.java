package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.RequestId;

/** What stands between the sessions of clients and a child. Thread-safe; no method blocks. */
sealed interface Conversation permits OwnConversation, SharedConversation {
    /**
     * Asks the server.
     *
     * @throws io.forgemcp.gateway.error.GatewayException if the session has a request with this id under way
     */
    void request(Session session, Message request, Reply reply);

    /** Passes on a notification, or the answer to a request of the server's. */
    void pass(Session session, Message message);

    /** The client of a stateless request has gone, which cancels it (MCP 2026-07-28, Streamable HTTP). */
    void abandon(Session session, RequestId request);

    /** The session has begun: unasked messages go to it. */
    void join(Session session);

    /** The session is over: nothing goes to it any more, and what serves it alone ends. */
    void leave(Session session);
}
