package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import java.util.Arrays;

/**
 * What a line that is too long to be kept says at its top: {@code {"jsonrpc":"2.0","id":5,"result":{}}} of an answer
 * with a very large result. Some servers write the id before the result and some behind it, so the whole line is looked
 * at, though hardly anything of it is kept. Not thread-safe.
 */
final class LineOutline {
    /** Bytes; longer strings at the top become empty. */
    private static final int LONGEST_STRING = 1024;
    /** Bytes; no message has so much at its top. */
    private static final int MOST = 16 << 10;

    private static final byte[] NOTHING = {};

    private final byte[] kept = new byte[MOST];
    private int length;
    private int depth;
    private boolean inString;
    private boolean escaped;
    private int stringStart;

    /** Takes the next part of the line. */
    void add(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (inString) {
                string(bytes[i]);
            } else {
                outside(bytes[i]);
            }
        }
    }

    private void string(byte next) {
        // Of a long string only its end is still of interest.
        if (length - stringStart <= LONGEST_STRING) {
            keep(next);
        }
        if (escaped) {
            escaped = false;
        } else if (next == '\\') {
            escaped = true;
        } else if (next == '"') {
            inString = false;
            if (length - stringStart > LONGEST_STRING) {
                length = stringStart + 1;
                keep(next);
            }
        }
    }

    private void outside(byte next) {
        switch (next) {
            case '"' -> {
                inString = true;
                stringStart = length;
                keep(next);
            }
            case '{', '[' -> {
                keep(next);
                if (depth == 1) {
                    // What is inside is left out.
                    keep(next == '{' ? (byte) '}' : (byte) ']');
                }
                depth++;
            }
            case '}', ']' -> {
                if (depth != 2) {
                    keep(next);
                }
                depth--;
            }
            default -> keep(next);
        }
    }

    private void keep(byte next) {
        if (depth <= 1 && length < MOST) {
            kept[length] = next;
            length++;
        }
    }

    /** Whether what has come says whose the message is, so that the end of the line need not be waited for. */
    boolean isEnough() {
        if (depth < 2) {
            return false;
        }
        try {
            JsonSlice message = JsonSlice.parse(toBytes());
            return message.member("id") != null
                    && (message.member("method") != null
                            || message.member("result") != null
                            || message.member("error") != null);
        } catch (GatewayException notJson) {
            return false;
        }
    }

    /** A JSON object if the line is one or may become one; nothing if even its top is too long. */
    byte[] toBytes() {
        if (length == MOST) {
            return NOTHING;
        }
        byte[] text = Arrays.copyOf(kept, depth < 2 ? length : length + 1);
        if (depth >= 2) {
            text[length] = '}';
        }
        return text;
    }
}
