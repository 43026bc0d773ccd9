package io.forgemcp.gateway.transport;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message ready to be sent.
 *
 * @param json the text, which nobody may change afterwards; without line breaks outside strings only if the transport
 *     needs it: stdio replaces them by spaces
 * @param method of a request or notification; null for an answer
 * @param id under which the gateway asks; -1 if no answer is expected
 * @param headers names and values in turn, which HTTP sends along and other transports leave out
 */
public record Outgoing(byte[] json, @Nullable String method, long id, List<String> headers) {
    /** A message that says everything itself. */
    public Outgoing(byte[] json, @Nullable String method, long id) {
        this(json, method, id, List.of());
    }

    /** A request. */
    public static Outgoing request(byte[] json, String method, long id) {
        return new Outgoing(json, method, id);
    }

    /** A notification. */
    public static Outgoing notification(byte[] json, String method) {
        return new Outgoing(json, method, -1);
    }

    /** An answer to the server's own request. */
    public static Outgoing answer(byte[] json) {
        return new Outgoing(json, null, -1);
    }

    /** Whether an answer is expected. */
    public boolean request() {
        return id >= 0;
    }

    /** Whether it is a request of a generation that repeats itself in headers. */
    boolean isModern() {
        return request() && !headers.isEmpty();
    }
}
