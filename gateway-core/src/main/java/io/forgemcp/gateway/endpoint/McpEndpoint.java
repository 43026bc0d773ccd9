package io.forgemcp.gateway.endpoint;

/**
 * An MCP endpoint without a web server: a server hands in each request with a responder and gets an answer or a stream.
 * Thread-safe; never blocks.
 */
public interface McpEndpoint {
    /** Handles one request; every path ends in exactly one answer or one stream on the responder. */
    void handle(McpRequest request, McpResponder responder);

    /** Ends all sessions and streams. Idempotent. */
    default void close() {}
}
