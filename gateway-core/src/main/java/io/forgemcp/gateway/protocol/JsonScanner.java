package io.forgemcp.gateway.protocol;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Walks over one JSON text (RFC 8259) in UTF-8 without building anything: it finds where values begin and end and
 * refuses what is not JSON. Every message passes through it once, so that what the gateway forwards unread is at least
 * well formed. Strings are most of a big message; they are crossed eight bytes at a time.
 */
final class JsonScanner {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private final byte[] bytes;
    private final int end;
    private final int maxDepth;

    JsonScanner(byte[] bytes, int end, int maxDepth) {
        this.bytes = bytes;
        this.end = end;
        this.maxDepth = maxDepth;
    }

    /** The next position that is not white space; {@code end} if there is none. */
    int skipSpace(int from) {
        int i = from;
        while (i < end) {
            byte c = bytes[i];
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                break;
            }
            i++;
        }
        return i;
    }

    /** The position after the value that begins at {@code i}. */
    int skipValue(int i, int depth) {
        if (i >= end) {
            throw malformed("the text ends where a value should begin", i);
        }
        switch (bytes[i]) {
            case '"':
                return skipString(i);
            case '{':
                return skipObject(i, depth + 1);
            case '[':
                return skipArray(i, depth + 1);
            case 't':
                return literal(i, "true");
            case 'f':
                return literal(i, "false");
            case 'n':
                return literal(i, "null");
            default:
                return skipNumber(i);
        }
    }

    /** The position after the object that begins at {@code i} with a brace. */
    private int skipObject(int i, int depth) {
        checkDepth(depth, i);
        int p = skipSpace(i + 1);
        if (p < end && bytes[p] == '}') {
            return p + 1;
        }
        for (; ; ) {
            p = skipSpace(skipValue(skipName(p), depth));
            if (!another(p, '}')) {
                return p + 1;
            }
            p = skipSpace(p + 1);
        }
    }

    /** The position of the value behind a member's name and colon. */
    int skipName(int i) {
        if (i >= end || bytes[i] != '"') {
            throw malformed("a member's name should begin here", i);
        }
        int p = skipSpace(skipString(i));
        if (p >= end || bytes[p] != ':') {
            throw malformed("a colon should follow the member's name", p);
        }
        return skipSpace(p + 1);
    }

    private int skipArray(int i, int depth) {
        checkDepth(depth, i);
        int p = skipSpace(i + 1);
        if (p < end && bytes[p] == ']') {
            return p + 1;
        }
        for (; ; ) {
            p = skipSpace(skipValue(p, depth));
            if (!another(p, ']')) {
                return p + 1;
            }
            p = skipSpace(p + 1);
        }
    }

    /** Whether a comma stands at {@code p}; if not, the closing character must. */
    boolean another(int p, char close) {
        if (p < end && bytes[p] == ',') {
            return true;
        }
        if (p < end && bytes[p] == close) {
            return false;
        }
        throw malformed("a comma or '" + close + "' should stand here", p);
    }

    void checkDepth(int depth, int at) {
        if (depth > maxDepth) {
            throw new GatewayException(
                    ErrorCode.NESTING_TOO_DEEP,
                    "The message nests deeper than " + maxDepth + " levels (at byte " + at
                            + "). Send flatter arguments.");
        }
    }

    /** The position after the string whose opening quote is at {@code i}. */
    int skipString(int i) {
        int p = i + 1;
        for (; ; ) {
            p = skipPlain(p);
            if (p >= end) {
                throw malformed("a string is not closed", i);
            }
            int c = bytes[p];
            if (c == '"') {
                return p + 1;
            } else if (c == '\\') {
                p = skipEscape(p);
            } else if (c < 0) {
                p = skipMultiByte(p);
            } else {
                throw malformed("a control character stands in a string", p);
            }
        }
    }

    /** The first position from {@code i} that holds a quote, a backslash, a control character or a byte above 127. */
    private int skipPlain(int i) {
        int p = i;
        while (p + 8 <= end) {
            long word = (long) LONGS.get(bytes, p);
            long quote = word ^ (ONES * '"');
            long slash = word ^ (ONES * '\\');
            long special = ((quote - ONES) & ~quote) | ((slash - ONES) & ~slash) | (word - ONES * 0x20) | word;
            if ((special & HIGHS) != 0) {
                break;
            }
            p += 8;
        }
        while (p < end && bytes[p] >= 0x20 && bytes[p] != '"' && bytes[p] != '\\') {
            p++;
        }
        return p;
    }

    private int skipEscape(int i) {
        if (i + 1 >= end) {
            throw malformed("a string is not closed", i);
        }
        switch (bytes[i + 1]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
                return i + 2;
            case 'u':
                for (int p = i + 2; p < i + 6; p++) {
                    if (p >= end || Character.digit(bytes[p], 16) < 0) {
                        throw malformed("four hexadecimal digits should follow \\u", i);
                    }
                }
                return i + 6;
            default:
                throw malformed("an unknown escape stands in a string", i);
        }
    }

    /** Checks one UTF-8 sequence (RFC 3629, section 4) and returns the position after it. */
    private int skipMultiByte(int i) {
        int lead = bytes[i] & 0xff;
        int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
        if (lead < 0xc2 || lead > 0xf4 || i + length > end) {
            throw malformed("the text is not UTF-8", i);
        }
        int second = bytes[i + 1] & 0xff;
        boolean tooLong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
        boolean outside = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
        if (tooLong || outside) {
            throw malformed("the text is not UTF-8", i);
        }
        for (int p = i + 1; p < i + length; p++) {
            if ((bytes[p] & 0xc0) != 0x80) {
                throw malformed("the text is not UTF-8", i);
            }
        }
        return i + length;
    }

    private int skipNumber(int i) {
        int p = i;
        if (p < end && bytes[p] == '-') {
            p++;
        }
        if (p < end && bytes[p] == '0') {
            p++;
        } else {
            p = digits(p, i);
        }
        if (p < end && bytes[p] == '.') {
            p = digits(p + 1, i);
        }
        if (p < end && (bytes[p] == 'e' || bytes[p] == 'E')) {
            p++;
            if (p < end && (bytes[p] == '+' || bytes[p] == '-')) {
                p++;
            }
            p = digits(p, i);
        }
        return p;
    }

    private int digits(int from, int number) {
        int p = from;
        while (p < end && bytes[p] >= '0' && bytes[p] <= '9') {
            p++;
        }
        if (p == from) {
            throw malformed("this is not a JSON value", number);
        }
        return p;
    }

    private int literal(int i, String word) {
        for (int k = 0; k < word.length(); k++) {
            if (i + k >= end || bytes[i + k] != word.charAt(k)) {
                throw malformed("this is not a JSON value", i);
            }
        }
        return i + word.length();
    }

    GatewayException malformed(String what, int at) {
        return new GatewayException(ErrorCode.MALFORMED_JSON, "Not JSON: " + what + " (byte " + at + ").");
    }
}
