package io.forgemcp.gateway.protocol;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Walks over one JSON text (RFC 8259) in UTF-8 without building anything: it finds where values begin and end and
 * refuses what is not JSON. Every message passes through it once, so that what the gateway forwards unread is at least
 * well formed. Strings are most of a big message; they are crossed eight bytes at a time.
 */
final class JsonScanner {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final long[] NO_WORDS = {};

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

    /**
     * The position after the value that begins at {@code from}. Walks instead of recursing, so that no text, however
     * deep, needs more than a few bytes of memory a level.
     *
     * @param depth how many containers the value already lies in
     */
    int skipValue(int from, int depth) {
        int p = from;
        int open = 0;
        // One bit for each open container, the innermost lowest: set for an object. Full words move to the array.
        long kinds = 0;
        long[] fullWords = NO_WORDS;
        for (; ; ) {
            if (p >= end) {
                throw malformed("the text ends where a value should begin", p);
            }
            byte first = bytes[p];
            if (first != '{' && first != '[') {
                p = skipScalar(p, first);
            } else {
                checkDepth(depth + open + 1, p);
                boolean object = first == '{';
                p = skipSpace(p + 1);
                if (p >= end || bytes[p] != first + 2) {
                    if (open > 0 && (open & 63) == 0) {
                        fullWords = put(fullWords, (open >> 6) - 1, kinds);
                    }
                    kinds = kinds << 1 | (object ? 1 : 0);
                    open++;
                    p = object ? skipName(p) : p;
                    continue;
                }
                p++;
            }
            // A value ended: so may the containers around it.
            for (; ; ) {
                if (open == 0) {
                    return p;
                }
                p = skipSpace(p);
                boolean object = (kinds & 1) != 0;
                if (another(p, object ? '}' : ']')) {
                    p = skipSpace(p + 1);
                    p = object ? skipName(p) : p;
                    break;
                }
                p++;
                open--;
                kinds = open > 0 && (open & 63) == 0 ? fullWords[(open >> 6) - 1] : kinds >>> 1;
            }
        }
    }

    private static long[] put(long[] words, int index, long word) {
        long[] result = index < words.length ? words : Arrays.copyOf(words, Math.max(16, words.length * 2));
        result[index] = word;
        return result;
    }

    private int skipScalar(int i, byte first) {
        return switch (first) {
            case '"' -> skipString(i);
            case 't' -> literal(i, "true");
            case 'f' -> literal(i, "false");
            case 'n' -> literal(i, "null");
            default -> skipNumber(i);
        };
    }

    /** The position of the value behind a member's name and colon. */
    int skipName(int i) {
        return skipColon(skipKey(i));
    }

    /** The position after the name of a member that must begin at {@code i}. */
    int skipKey(int i) {
        if (i >= end || bytes[i] != '"') {
            throw malformed("a member's name should begin here", i);
        }
        return skipString(i);
    }

    /** The position of the value behind the colon that must follow a name. */
    int skipColon(int i) {
        int p = skipSpace(i);
        if (p >= end || bytes[p] != ':') {
            throw malformed("a colon should follow the member's name", p);
        }
        return skipSpace(p + 1);
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
                do {
                    p = skipMultiByte(p);
                } while (p < end && bytes[p] < 0);
            } else {
                throw malformed("a control character stands in a string", p);
            }
        }
    }

    /** The first position from {@code i} that holds a quote, a backslash, a control character or a byte above 127. */
    private int skipPlain(int i) {
        int p = i;
        for (; p + 8 <= end; p += 8) {
            long special = specials((long) LONGS.get(bytes, p)) & HIGHS;
            if (special != 0) {
                return p + (Long.numberOfTrailingZeros(special) >>> 3);
            }
            // A string that is longer than a few words is likely to be much longer: four words at a time then.
            for (; p + 40 <= end; p += 32) {
                long four = specials((long) LONGS.get(bytes, p + 8))
                        | specials((long) LONGS.get(bytes, p + 16))
                        | specials((long) LONGS.get(bytes, p + 24))
                        | specials((long) LONGS.get(bytes, p + 32));
                if ((four & HIGHS) != 0) {
                    break;
                }
            }
        }
        while (p < end && bytes[p] >= 0x20 && bytes[p] != '"' && bytes[p] != '\\') {
            p++;
        }
        return p;
    }

    /**
     * Has the highest bit of every byte set that a string's plain run ends at. A borrow can mark a byte wrongly, but only
     * above one that is marked rightly: the lowest mark is true.
     */
    private static long specials(long word) {
        return ((word ^ (ONES * '"')) - ONES) | ((word ^ (ONES * '\\')) - ONES) | (word - ONES * 0x20) | word;
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
        if (lead >= 0xc2 && lead < 0xe0 && i + 1 < end && bytes[i + 1] < -64) {
            return i + 2;
        }
        return skipLongMultiByte(i, lead);
    }

    private int skipLongMultiByte(int i, int lead) {
        int length = lead >= 0xf0 ? 4 : 3;
        if (lead < 0xe0 || lead > 0xf4 || i + length > end) {
            throw malformed("the text is not UTF-8", i);
        }
        int second = bytes[i + 1] & 0xff;
        boolean tooLong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
        boolean outside = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
        boolean continued = bytes[i + 1] < -64 && bytes[i + 2] < -64 && (length == 3 || bytes[i + 3] < -64);
        if (tooLong || outside || !continued) {
            throw malformed("the text is not UTF-8", i);
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
