package io.forgemcp.gateway.protocol;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One JSON-RPC 2.0 message: its bytes, and where in them the few things stand that a gateway must understand. All else
 * passes through unread, so unknown fields, number formats and big results survive untouched.
 *
 * <p>The whole text is checked once for being JSON. Immutable and thread-safe; the bytes must not be changed by anyone.
 */
public final class Message {
    /** Deeper nesting than this is refused: no sane tool argument comes near, and recursive readers downstream survive. */
    public static final int DEFAULT_MAX_DEPTH = 1000;

    /** What a message is (JSON-RPC 2.0, sections 4 and 5). */
    public enum Kind {
        REQUEST,
        NOTIFICATION,
        /** An answer that holds a result. */
        RESULT,
        /** An answer that holds an error. */
        ERROR
    }

    /** The parts whose place is remembered. */
    public enum Field {
        ID("id"),
        METHOD("method"),
        PARAMS("params"),
        RESULT("result"),
        ERROR("error"),
        VERSION("jsonrpc"),
        /** {@code params.name}: of a tool or a prompt. */
        NAME("name"),
        /** {@code params.uri}: of a resource. */
        URI("uri"),
        /** {@code params.cursor}: of a list. */
        CURSOR("cursor"),
        /** {@code params.task}: of a call that is to run as a task. */
        TASK("task"),
        /** {@code params._meta}. */
        META("_meta"),
        /** {@code params.requestId}: of a cancelled notification. */
        CANCELLED_ID("requestId"),
        /** {@code params.progressToken}: of a progress notification. */
        PROGRESS("progressToken"),
        /** {@code params._meta.progressToken}: of a request. */
        PROGRESS_TOKEN("progressToken"),
        /** {@code params._meta["io.modelcontextprotocol/protocolVersion"]}: only a modern request has it. */
        CLAIMED_VERSION("io.modelcontextprotocol/protocolVersion");

        private final byte[] key;
        private final String text;

        Field(String key) {
            this.text = key;
            this.key = key.getBytes(StandardCharsets.US_ASCII);
        }
    }

    private static final Field[] TOP = {Field.ID, Field.METHOD, Field.PARAMS, Field.RESULT, Field.ERROR, Field.VERSION};
    private static final Field[] IN_PARAMS = {
        Field.NAME, Field.URI, Field.CURSOR, Field.TASK, Field.META, Field.CANCELLED_ID, Field.PROGRESS
    };
    private static final Field[] IN_META = {Field.PROGRESS_TOKEN, Field.CLAIMED_VERSION};
    private static final int FIELDS = Field.values().length;

    private final byte[] bytes;
    /** Begin and end of each field in turn; an end of zero means absent. */
    private final int[] places;

    private final Kind kind;

    private Message(byte[] bytes, int[] places, Kind kind) {
        this.bytes = bytes;
        this.places = places;
        this.kind = kind;
    }

    /**
     * Reads the envelope and checks that the whole text is JSON.
     *
     * @param bytes the message, which the caller must not change afterwards
     * @throws GatewayException with {@link ErrorCode#MALFORMED_JSON}, {@link ErrorCode#NESTING_TOO_DEEP} or {@link
     *     ErrorCode#INVALID_REQUEST}
     */
    public static Message parse(byte[] bytes) {
        return parse(bytes, DEFAULT_MAX_DEPTH);
    }

    /** As {@link #parse(byte[])} with a limit of one's own on nesting. */
    public static Message parse(byte[] bytes, int maxDepth) {
        JsonScanner scanner = new JsonScanner(bytes, bytes.length, maxDepth);
        int[] places = new int[FIELDS * 2];
        int start = scanner.skipSpace(0);
        if (start >= bytes.length) {
            throw scanner.malformed("the text is empty", start);
        }
        if (bytes[start] != '{') {
            if (scanner.skipSpace(scanner.skipValue(start, 0)) != bytes.length) {
                throw scanner.malformed("something follows the value", start);
            }
            throw EnvelopeRules.invalid(
                    bytes[start] == '['
                            ? "A JSON-RPC message is one object. Batches are not accepted by this protocol revision."
                            : "A JSON-RPC message is one object.");
        }
        int end = readObject(scanner, bytes, start, 1, TOP, places);
        if (scanner.skipSpace(end) != bytes.length) {
            throw scanner.malformed("something follows the message", end);
        }
        return new Message(bytes, places, EnvelopeRules.kind(bytes, places));
    }

    private static int readObject(
            JsonScanner scanner, byte[] bytes, int start, int depth, Field[] wanted, int[] places) {
        scanner.checkDepth(depth, start);
        int p = scanner.skipSpace(start + 1);
        if (p < bytes.length && bytes[p] == '}') {
            return p + 1;
        }
        for (; ; ) {
            int keyEnd = scanner.skipKey(p);
            int value = scanner.skipColon(keyEnd);
            Field field = match(bytes, p, keyEnd, wanted);
            Field[] inner = value < bytes.length && bytes[value] == '{' ? inside(field) : null;
            int after = inner == null
                    ? scanner.skipValue(value, depth)
                    : readObject(scanner, bytes, value, depth + 1, inner, places);
            if (field != null) {
                int slot = field.ordinal() * 2;
                if (places[slot + 1] != 0) {
                    throw EnvelopeRules.invalid("The member \"" + field.text + "\" stands twice in one object.");
                }
                places[slot] = value;
                places[slot + 1] = after;
            }
            p = scanner.skipSpace(after);
            if (!scanner.another(p, '}')) {
                return p + 1;
            }
            p = scanner.skipSpace(p + 1);
        }
    }

    private static Field @Nullable [] inside(@Nullable Field field) {
        if (field == Field.PARAMS) {
            return IN_PARAMS;
        }
        return field == Field.META ? IN_META : null;
    }

    private static @Nullable Field match(byte[] bytes, int quote, int end, Field[] wanted) {
        int length = end - quote - 2;
        for (Field field : wanted) {
            if (field.key.length == length
                    && Arrays.equals(field.key, 0, length, bytes, quote + 1, quote + 1 + length)) {
                return field;
            }
        }
        // Written with escapes a name is still the same name; nobody may slip one past the gateway that way.
        for (int i = quote + 1; i < end - 1; i++) {
            if (bytes[i] == '\\') {
                String name = JsonText.unquote(bytes, quote, end);
                for (Field field : wanted) {
                    if (field.text.equals(name)) {
                        return field;
                    }
                }
                break;
            }
        }
        return null;
    }

    public Kind kind() {
        return kind;
    }

    public boolean isRequest() {
        return kind == Kind.REQUEST;
    }

    public boolean isNotification() {
        return kind == Kind.NOTIFICATION;
    }

    /** Whether this answers a request. */
    public boolean isAnswer() {
        return kind == Kind.RESULT || kind == Kind.ERROR;
    }

    /** The bytes, not a copy: never change them. */
    public byte[] bytes() {
        return bytes;
    }

    public boolean has(Field field) {
        return EnvelopeRules.has(places, field);
    }

    /** Whether the part is there and an object. */
    boolean isObject(Field field) {
        int slot = field.ordinal() * 2;
        return places[slot + 1] != 0 && bytes[places[slot]] == '{';
    }

    /** The part; null if it is absent. */
    public @Nullable JsonSlice get(Field field) {
        int slot = field.ordinal() * 2;
        return places[slot + 1] == 0 ? null : new JsonSlice(bytes, places[slot], places[slot + 1]);
    }

    /** The code of the error as it is written, {@code -32601} say; null if there is no error or it has none. */
    public @Nullable String errorCode() {
        JsonSlice error = get(Field.ERROR);
        JsonSlice code = error == null ? null : error.member("code");
        return code == null ? null : code.toString();
    }

    /** The decoded text of a string part; null if it is absent or not a string. */
    public @Nullable String text(Field field) {
        int slot = field.ordinal() * 2;
        if (places[slot + 1] == 0 || bytes[places[slot]] != '"') {
            return null;
        }
        return JsonText.unquote(bytes, places[slot], places[slot + 1]);
    }

    /** The method of a request or notification. */
    public String method() {
        String method = text(Field.METHOD);
        if (method == null) {
            throw new IllegalStateException("An answer has no method");
        }
        return method;
    }

    /** The id; null for a notification and for an error whose request could not be read. */
    public @Nullable RequestId id() {
        int slot = Field.ID.ordinal() * 2;
        if (places[slot + 1] == 0 || bytes[places[slot]] == 'n') {
            return null;
        }
        return new RequestId(new String(bytes, places[slot], places[slot + 1] - places[slot], StandardCharsets.UTF_8));
    }

    /** The id of a request. */
    public RequestId requireId() {
        RequestId id = id();
        if (id == null) {
            throw new IllegalStateException("This message has no id");
        }
        return id;
    }

    /**
     * The id as the gateway itself mints them towards servers: a plain non-negative integer.
     *
     * @return the number, or -1 if the id is absent or anything else
     */
    public long numericId() {
        return plainNumber(Field.ID);
    }

    /** A part as a plain non-negative integer of at most 18 digits; -1 if it is absent or anything else. */
    public long plainNumber(Field field) {
        int slot = field.ordinal() * 2;
        int length = places[slot + 1] - places[slot];
        if (places[slot + 1] == 0 || length > 18) {
            return -1;
        }
        long number = 0;
        for (int i = places[slot]; i < places[slot + 1]; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    /** A copy of the text in which one part is replaced; the part must be there. */
    public byte[] with(Field field, byte[] json) {
        int slot = field.ordinal() * 2;
        if (places[slot + 1] == 0) {
            throw new IllegalArgumentException("No " + field + " in this message");
        }
        return Splice.replace(bytes, 0, bytes.length, places[slot], places[slot + 1], json);
    }

    /**
     * The text in which one part is replaced, for the last who uses this message: where the replacement fits it is written
     * into the message's own bytes, with spaces behind it, so that a large answer is not copied for its id. The message
     * must not be used afterwards.
     */
    public byte[] surrenderWith(Field field, byte[] json) {
        int slot = field.ordinal() * 2;
        int begin = places[slot];
        int end = places[slot + 1];
        if (end == 0 || json.length > end - begin) {
            return with(field, json);
        }
        System.arraycopy(json, 0, bytes, begin, json.length);
        Arrays.fill(bytes, begin + json.length, end, (byte) ' ');
        return bytes;
    }

    /** A copy of the text with several parts replaced at once. */
    public Edit edit() {
        return new Edit();
    }

    /** Collects replacements. Not thread-safe. */
    public final class Edit {
        private final byte[] @Nullable [] replacements = new byte[FIELDS][];
        /** What goes in at the front of an object; hardly ever anything. */
        private byte @Nullable [] @Nullable [] additions;

        private Edit() {}

        /**
         * Puts members in at the front of an object that is there and is not replaced.
         *
         * @param members JSON members without braces, for example {@code "a":1,"b":2}; the object must not have them
         * @throws IllegalStateException if the part is absent or no object
         */
        public Edit add(Field object, byte[] members) {
            int begin = places[object.ordinal() * 2];
            if (!has(object) || bytes[begin] != '{') {
                throw new IllegalStateException("No object " + object + " in this message");
            }
            boolean empty = new JsonScanner(bytes, bytes.length, Integer.MAX_VALUE).skipSpace(begin + 1)
                    == places[object.ordinal() * 2 + 1] - 1;
            byte[] addition = members;
            if (!empty) {
                addition = Arrays.copyOf(members, members.length + 1);
                addition[members.length] = ',';
            }
            if (additions == null) {
                additions = new byte[FIELDS][];
            }
            additions[object.ordinal()] = addition;
            return this;
        }

        /**
         * Replaces a part; one that is absent stays absent.
         *
         * @throws IllegalStateException if the part lies inside a replaced one or around it
         */
        public Edit set(Field field, byte[] json) {
            if (has(field)) {
                checkApart(field);
                replacements[field.ordinal()] = json;
            }
            return this;
        }

        private void checkApart(Field field) {
            int begin = places[field.ordinal() * 2];
            int end = places[field.ordinal() * 2 + 1];
            for (int f = 0; f < FIELDS; f++) {
                if (replacements[f] != null
                        && f != field.ordinal()
                        && places[f * 2] < end
                        && begin < places[f * 2 + 1]) {
                    throw new IllegalStateException(field + " and " + Field.values()[f] + " overlap");
                }
            }
        }

        /** The text with everything replaced. */
        public byte[] toBytes() {
            if (additions != null) {
                return withAdditions(additions);
            }
            int length = bytes.length;
            int lastEnd = 0;
            for (int f = 0; f < FIELDS; f++) {
                byte[] replacement = replacements[f];
                if (replacement != null) {
                    length += replacement.length - (places[f * 2 + 1] - places[f * 2]);
                    lastEnd = Math.max(lastEnd, places[f * 2 + 1]);
                }
            }
            int rest = bytes.length - lastEnd;
            byte[] result = new byte[length];
            // What is copied right after an array is made is not cleared first: the longest part, the last, goes first.
            System.arraycopy(bytes, lastEnd, result, length - rest, rest);
            int read = 0;
            int write = 0;
            for (int next = nextAfter(-1); next >= 0; next = nextAfter(places[next * 2])) {
                byte[] replacement = replacements[next];
                int begin = places[next * 2];
                System.arraycopy(bytes, read, result, write, begin - read);
                write += begin - read;
                System.arraycopy(replacement, 0, result, write, replacement.length);
                write += replacement.length;
                read = places[next * 2 + 1];
            }
            return result;
        }

        /** As {@link #toBytes}, from back to front, so that the places before a change stay true. */
        private byte[] withAdditions(byte[] @Nullable [] added) {
            byte[] result = bytes;
            for (int limit = Integer.MAX_VALUE; ; ) {
                int last = -1;
                for (int f = 0; f < FIELDS; f++) {
                    int begin = places[f * 2];
                    boolean changed = replacements[f] != null || added[f] != null;
                    if (changed && begin < limit && (last < 0 || begin > places[last * 2])) {
                        last = f;
                    }
                }
                if (last < 0) {
                    return result;
                }
                limit = places[last * 2];
                byte[] replacement = replacements[last];
                byte[] addition = added[last];
                if (replacement != null) {
                    result = Splice.replace(result, 0, result.length, limit, places[last * 2 + 1], replacement);
                } else if (addition != null) {
                    result = Splice.replace(result, 0, result.length, limit + 1, limit + 1, addition);
                }
            }
        }

        /** The replaced part that begins first behind this place; -1 if there is none. */
        private int nextAfter(int place) {
            int best = -1;
            for (int f = 0; f < FIELDS; f++) {
                if (replacements[f] != null
                        && places[f * 2] > place
                        && (best < 0 || places[f * 2] < places[best * 2])) {
                    best = f;
                }
            }
            return best;
        }
    }

    /** A short form without content, for logs. */
    @Override
    public String toString() {
        return kind + (has(Field.METHOD) ? " " + method() : "") + (has(Field.ID) ? " id " + get(Field.ID) : "") + " ("
                + bytes.length + " bytes)";
    }
}
