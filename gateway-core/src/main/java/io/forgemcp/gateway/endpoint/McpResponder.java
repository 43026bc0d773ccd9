package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.protocol.ReadyAnswer;
import io.forgemcp.gateway.protocol.RequestId;
import org.jspecify.annotations.Nullable;

/** Takes the answer to one request. Exactly one of {@link #answer}, {@link #stream} and {@link #nothing} is called, once, from any thread. */
public interface McpResponder {
    /**
     * A whole answer.
     *
     * @param status HTTP status
     * @param json the body, {@code application/json}; null for an empty body
     * @param headers names and values in turn
     */
    void answer(int status, byte @Nullable [] json, String... headers);

    /** A whole answer, status 200, most of which others get too; one responder may share the bytes, another copies them. */
    default void answer(ReadyAnswer ready, RequestId id) {
        answer(200, ready.whole(id));
    }

    /**
     * Begins an event stream, status 200.
     *
     * @param headers names and values in turn
     */
    EventStream stream(String... headers);

    /**
     * An event stream without an event, status 200: the answer to a request that is not answered, where the client takes
     * streams. Nobody can come back to it.
     *
     * @param headers names and values in turn
     */
    default void nothing(String... headers) {
        stream(headers).close();
    }

    /** Runs the action once if the client goes away before the answer or stream is complete. At most one action. */
    void onDisconnect(Runnable action);
}
