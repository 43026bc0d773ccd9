package io.forgemcp.gateway.endpoint;

import org.jspecify.annotations.Nullable;

/** Takes the answer to one request. Exactly one of {@link #answer} and {@link #stream} is called, once, from any thread. */
public interface McpResponder {
    /**
     * A whole answer.
     *
     * @param status HTTP status
     * @param json the body, {@code application/json}; null for an empty body
     * @param headers names and values in turn
     */
    void answer(int status, byte @Nullable [] json, String... headers);

    /**
     * Begins an event stream, status 200.
     *
     * @param headers names and values in turn
     */
    EventStream stream(String... headers);

    /** Runs the action once if the client goes away before the answer or stream is complete. At most one action. */
    void onDisconnect(Runnable action);
}
