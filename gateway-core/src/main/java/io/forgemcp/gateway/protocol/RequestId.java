package io.forgemcp.gateway.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * The id of a JSON-RPC request exactly as it was written, so that an answer carries it back with the same type and the
 * same digits (JSON-RPC 2.0, section 5; MCP allows strings and integers, never null).
 *
 * @param json the id as JSON text: a string with its quotes, or a number
 */
public record RequestId(String json) {
    public RequestId {
        Objects.requireNonNull(json, "json");
        if (json.isEmpty()) {
            throw new IllegalArgumentException("An id is a JSON string or number");
        }
    }

    public static RequestId of(long number) {
        return new RequestId(Long.toString(number));
    }

    public static RequestId of(String text) {
        return new RequestId(new String(JsonText.quote(text), StandardCharsets.UTF_8));
    }

    /** The JSON text in UTF-8. */
    public byte[] toBytes() {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return json;
    }
}
