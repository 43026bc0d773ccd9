package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;

/**
 * One conversation with one server, below the level of MCP sessions. Thread-safe; no method blocks.
 *
 * <p>An HTTP channel remembers the {@code Mcp-Session-Id} that the server hands out and sends it back from then on.
 */
public interface UpstreamChannel extends AutoCloseable {
    /**
     * Sends a message. For a request over HTTP everything on the response to it goes to the receiver; over a
     * transport with one stream for everything it goes to the channel's listener, and the receiver hears only
     * {@code onFailure} if the message could not be written. A message that expects no answer is over, {@code onEnd}, as
     * soon as the server has accepted it or, with one stream for everything, as the transport has.
     *
     * @return a handle that gives up waiting: it closes the HTTP exchange, and does nothing elsewhere
     */
    Exchange send(Outgoing message, Receiver receiver);

    /**
     * Opens the standing stream on which the server may send on its own, where the transport has one (GET of
     * streamable HTTP). Servers without it are no error. Called once, after the handshake.
     */
    default void listen() {}

    /**
     * As {@link #listen()}.
     *
     * @param answered runs once, when the server has answered or refused the stream or cannot be reached; at once where
     *     there is no such stream. Until then the server may have nowhere to say what belongs to no request.
     */
    default void listen(Runnable answered) {
        listen();
        answered.run();
    }

    /** The protocol revision that the handshake agreed on, for the {@code MCP-Protocol-Version} header. */
    default void protocolVersion(String date) {}

    /** Ends the conversation: HTTP sends DELETE for its session, without waiting. Idempotent. */
    @Override
    void close();

    /** Something under way that can be given up. */
    @FunctionalInterface
    interface Exchange {
        void cancel();

        Exchange NONE = () -> {};
    }

    /** Hears what comes back for one sent message. Called in order, from any one thread at a time; must not block. */
    interface Receiver {
        /** A message that came on the response: the answer, or a notification or request that belongs to it. */
        void onMessage(Message message);

        /**
         * The server has closed the stream of its response before it answered, and is asked for the rest in a while
         * (MCP 2025-11-25, Transports, Polling). Nothing by default.
         */
        default void onSuspended() {}

        /**
         * It is certain that the server did not get the message. {@code onFailure} will say so, unless the conversation is
         * known to be over before. Nothing by default.
         */
        default void onUnsent() {}

        /** The response is over; an answer that has not come by now will not come. */
        void onEnd();

        /**
         * The exchange failed, with {@code UPSTREAM_UNREACHABLE} if the request was certainly not delivered, {@code
         * SESSION_NOT_FOUND} if the server no longer knows the session (it did not run either), {@code
         * UPSTREAM_PROTOCOL} if the server's answer was not MCP, and {@code OUTCOME_UNKNOWN} in all other cases.
         */
        void onFailure(GatewayException failure);
    }
}
