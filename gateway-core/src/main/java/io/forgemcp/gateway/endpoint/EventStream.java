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

    /** Writes a comment, which keeps proxies from closing an idle stream. */
    void comment(String text);

    /** Ends the stream after what is waiting has been written. Idempotent. */
    void close();
}
