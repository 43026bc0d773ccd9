package io.forgemcp.gateway.protocol;

import io.forgemcp.gateway.error.GatewayException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A text that is no message, read for one thing only: whose answer it was meant to be, because no other will come. It need
 * not be JSON: {@code NaN} for a value, a byte that is no UTF-8 or a missing end do not hide the id at its top. Nothing is
 * guessed: what may be a request or a notification is nobody's answer. Nor is what some program logged as JSON, with an
 * {@code id} of whatever it is about: a text without {@code jsonrpc} is an answer only if it has nothing but the id and a
 * {@code result} or {@code error}, and this is an object. Not thread-safe.
 */
public final class BrokenAnswer {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};
    /** Bytes; no id that anybody waits for is longer, and no name that matters. */
    private static final int LONGEST = 1024;

    private final byte[] text;
    private int at;
    /** What the object says that is being read. */
    private final Set<RequestId> ids = new LinkedHashSet<>();

    private boolean closed;
    private boolean asks;
    private boolean answers;
    private boolean doubtful;
    /** Whether it says that it is JSON-RPC, of whatever version. */
    private boolean claims;
    /** Whether its outcome is an object. */
    private boolean proper;
    /** Whether it says what JSON-RPC does not know. */
    private boolean strange;

    private BrokenAnswer(byte[] text) {
        this.text = text;
    }

    /**
     * The requests that a text was meant to answer.
     *
     * @param text what came, of whatever quality: one object, several behind each other, or an array of them
     * @param awaited whether a request with this id is waiting for its answer
     * @return those of them whose answer it is, each once; empty if that cannot be told
     */
    public static List<RequestId> ids(byte[] text, Predicate<RequestId> awaited) {
        BrokenAnswer reading = new BrokenAnswer(text);
        Set<RequestId> found = new LinkedHashSet<>();
        while (reading.object()) {
            List<RequestId> candidates = reading.candidates(awaited);
            // Of two ids that somebody waits for neither is certain.
            if (candidates.size() == 1) {
                found.add(candidates.get(0));
            }
        }
        return List.copyOf(found);
    }

    private List<RequestId> candidates(Predicate<RequestId> awaited) {
        boolean meant = claims ? answers || (closed && !doubtful) : proper && !strange;
        if (asks || !meant) {
            return List.of();
        }
        List<RequestId> waiting = new ArrayList<>(1);
        ids.forEach(id -> {
            if (awaited.test(id)) {
                waiting.add(id);
            }
        });
        return waiting;
    }

    /** Reads the next object; false if there is none. */
    private boolean object() {
        if (!toNextObject()) {
            return false;
        }
        ids.clear();
        closed = false;
        asks = false;
        answers = false;
        doubtful = false;
        claims = false;
        proper = false;
        strange = false;
        at++;
        for (; ; ) {
            skipSpace();
            if (at < text.length && text[at] == ',') {
                at++;
            } else if (at < text.length && text[at] == '}') {
                at++;
                closed = true;
                return true;
            } else if (!member()) {
                // From here on it cannot be told what is inside what.
                at = text.length;
                return true;
            }
        }
    }

    private boolean toNextObject() {
        if (at == 0) {
            at = startsWith(BYTE_ORDER_MARK, 0) ? BYTE_ORDER_MARK.length : 0;
            skipSpace();
            if (at < text.length && text[at] == '[') {
                at++;
            }
        }
        skipSpace();
        while (at < text.length && text[at] == ',') {
            at++;
            skipSpace();
        }
        return at < text.length && text[at] == '{';
    }

    /** Reads a name and its value; false where the text breaks off or is no member. */
    private boolean member() {
        int name = at;
        int nameEnd = at < text.length && text[at] == '"' ? afterString(at) : -1;
        if (nameEnd < 0) {
            return false;
        }
        at = nameEnd;
        skipSpace();
        if (at >= text.length || text[at] != ':') {
            return false;
        }
        at++;
        skipSpace();
        int value = at;
        boolean whole = skipValue();
        int end = at;
        while (end > value && isSpace(text[end - 1])) {
            end--;
        }
        String key = string(name, nameEnd);
        if (key == null) {
            strange = true;
        } else {
            note(key, value, end, whole);
        }
        return whole;
    }

    private void note(String key, int value, int end, boolean whole) {
        boolean isNull = end - value == NULL.length && startsWith(NULL, value);
        switch (key) {
            case "id" -> {
                RequestId id = whole ? id(value, end) : null;
                if (id != null) {
                    ids.add(id);
                }
            }
            case "method" -> {
                asks |= value < end && text[value] == '"';
                doubtful |= !isNull;
            }
            case "params" -> doubtful |= !isNull;
            case "result", "error" -> {
                answers |= !isNull;
                proper |= value < end && text[value] == '{';
            }
            case "jsonrpc" -> claims = true;
            default -> strange = true;
        }
    }

    private @Nullable RequestId id(int value, int end) {
        if (end - value > LONGEST) {
            return null;
        }
        JsonSlice id;
        try {
            id = JsonSlice.parse(Arrays.copyOfRange(text, value, end));
        } catch (GatewayException notJson) {
            return null;
        }
        if (id.isNumber()) {
            return new RequestId(id.toString());
        }
        // One spelling for each: a server may write the characters of a string in another way.
        return id.isString() ? RequestId.of(id.text()) : null;
    }

    /** Decoded; null if it is no JSON or longer than anything that matters. */
    private @Nullable String string(int quote, int end) {
        if (end - quote > LONGEST) {
            return null;
        }
        try {
            return JsonSlice.parse(Arrays.copyOfRange(text, quote, end)).text();
        } catch (GatewayException notJson) {
            return null;
        }
    }

    /** Goes to the comma or brace behind a member's value; false if there is none. */
    private boolean skipValue() {
        // A bit for each bracket that is open: set for an object.
        BitSet kinds = new BitSet();
        int open = 0;
        while (at < text.length) {
            byte next = text[at];
            if (open == 0 && (next == ',' || next == '}')) {
                return true;
            }
            if (next == '"') {
                int behind = afterString(at);
                at = behind < 0 ? text.length : behind;
                continue;
            }
            if (next == '{' || next == '[') {
                kinds.set(open, next == '{');
                open++;
            } else if (next == '}' || next == ']') {
                if (open == 0 || kinds.get(open - 1) != (next == '}')) {
                    return false;
                }
                open--;
            }
            at++;
        }
        return false;
    }

    /** The position behind the string whose quote is at {@code quote}; -1 if it does not end. */
    private int afterString(int quote) {
        for (int i = quote + 1; i < text.length; i++) {
            if (text[i] == '\\') {
                i++;
            } else if (text[i] == '"') {
                return i + 1;
            }
        }
        return -1;
    }

    private void skipSpace() {
        while (at < text.length && isSpace(text[at])) {
            at++;
        }
    }

    private static boolean isSpace(byte character) {
        return character == ' ' || character == '\t' || character == '\r' || character == '\n';
    }

    private boolean startsWith(byte[] wanted, int from) {
        return text.length - from >= wanted.length
                && Arrays.equals(text, from, from + wanted.length, wanted, 0, wanted.length);
    }
}
