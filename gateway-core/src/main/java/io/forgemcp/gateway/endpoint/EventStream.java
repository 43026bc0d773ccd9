package io.forgemcp.gateway.endpoint;

import org.jspecify.annotations.Nullable;

/**
 * An event stream to a client (WHATWG HTML, Server-sent events). Thread-safe: events are written in the order of the
 * calls. A client that reads too slowly is cut off when more than a limit waits for it.
 */
public interface EventStream {
    /**
     * Writes one event; does nothing once the stream is closed.
     *
     * @param event its type; null for the default, {@code message}
     * @param data JSON or text; line breaks become several data lines
     */
    void event(@Nullable String event, byte[] data);

    /**
     * Writes one event of the default type that a client can name as the last one it got.
     *
     * @param id without line breaks
     */
    default void numbered(String id, byte[] data) {
        event(null, data);
    }

    /**
     * Writes an event without content, so that a client can resume before it got anything (MCP 2025-11-25, Transports).
     *
     * @param retryMillis how long the client is asked to wait before it reconnects
     */
    default void prime(String id, long retryMillis) {}

    /** Writes a comment, which keeps proxies from closing an idle stream. */
    void comment(String text);

    /** Ends the stream after what is waiting has been written. Idempotent. */
    void close();
}
