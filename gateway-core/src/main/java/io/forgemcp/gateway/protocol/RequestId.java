package io.forgemcp.gateway.protocol;

import io.forgemcp.gateway.error.GatewayException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The id of a JSON-RPC request exactly as it was written, so that an answer carries it back with the same type and the
 * same digits (JSON-RPC 2.0, section 5; MCP allows strings and integers, never null).
 *
 * @param json the id as JSON text: a string with its quotes, or a number
 */
public record RequestId(String json) {
    private static final int MOST_EXPONENT = 200_000_000;

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

    /**
     * The id of a message that is refused, as far as it can be read, for the refusal (JSON-RPC 2.0, section 5).
     *
     * @param json what came, of whatever quality
     * @return null if it is not one JSON object, has no id that a request may have, or is an answer
     */
    public static @Nullable RequestId findIn(byte[] json) {
        JsonSlice message;
        try {
            message = JsonSlice.parse(json);
        } catch (GatewayException notJson) {
            return null;
        }
        JsonSlice id = message.member("id");
        boolean answer = message.member("method") == null
                && (message.member("result") != null || message.member("error") != null);
        if (id == null || answer || !(id.isString() || id.isNumber())) {
            return null;
        }
        String text = id.toString();
        return id.isString() || isInteger(text) ? new RequestId(text) : null;
    }

    /**
     * Whether a JSON number is an integer, as JSON Schema understands it: 1.0 and 1e3 are, 1.5 is not. Exact for any
     * length and exponent, in one pass.
     */
    static boolean isInteger(String number) {
        int decimals = 0;
        int zeros = 0;
        boolean fraction = false;
        boolean zero = true;
        int i = number.charAt(0) == '-' ? 1 : 0;
        for (; i < number.length() && (number.charAt(i) | 0x20) != 'e'; i++) {
            char c = number.charAt(i);
            if (c == '.') {
                fraction = true;
                continue;
            }
            decimals += fraction ? 1 : 0;
            zeros = c == '0' ? zeros + 1 : 0;
            zero &= c == '0';
        }
        return zero || exponent(number, i + 1) >= decimals - zeros;
    }

    /** Held at a bound that is beyond what the digits of a message can make up for; 0 for none. */
    private static int exponent(String number, int from) {
        if (from >= number.length()) {
            return 0;
        }
        char sign = number.charAt(from);
        int value = 0;
        for (int i = sign == '-' || sign == '+' ? from + 1 : from; i < number.length(); i++) {
            value = Math.min(value * 10 + number.charAt(i) - '0', MOST_EXPONENT);
        }
        return sign == '-' ? -value : value;
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
