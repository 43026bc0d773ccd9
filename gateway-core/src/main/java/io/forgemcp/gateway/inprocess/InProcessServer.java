package io.forgemcp.gateway.inprocess;

import io.forgemcp.gateway.protocol.Message;
import java.util.function.Consumer;

/**
 * An MCP server as an object: it is handed messages and hands messages back. Most people want {@code JavaServer}, which
 * implements this from tools, prompts and resources given as Java code.
 */
public interface InProcessServer {
    /**
     * Opens one conversation. Called by the transport for every session; must not block.
     *
     * @param toClient takes every message that the server sends, from any thread, answers and notifications alike
     */
    Conversation open(Consumer<Message> toClient);

    /** One client's conversation with the server. */
    interface Conversation extends AutoCloseable {
        /**
         * A request, notification or answer from the client. Called in order, on the caller's thread; slow work must
         * move to a thread of its own. A throw becomes an internal error as the answer.
         */
        void receive(Message message);

        /** The client has gone: stop what is running for it. Idempotent. */
        @Override
        void close();
    }
}
