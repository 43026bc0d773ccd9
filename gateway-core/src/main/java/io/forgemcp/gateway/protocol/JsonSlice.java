package io.forgemcp.gateway.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A part of a JSON text that is known to be well formed, read only where somebody looks. The bytes are shared with the
 * message that the part was cut from and must not be changed. Immutable and thread-safe.
 */
public final class JsonSlice {
    private final byte[] source;
    private final int start;
    private final int end;

    JsonSlice(byte[] source, int start, int end) {
        this.source = source;
        this.start = start;
        this.end = end;
    }

    /**
     * Checks a whole JSON text.
     *
     * @throws io.forgemcp.gateway.error.GatewayException if it is not JSON in UTF-8 or nests too deeply
     */
    public static JsonSlice parse(byte[] json) {
        JsonScanner scanner = new JsonScanner(json, json.length, Message.DEFAULT_MAX_DEPTH);
        int start = scanner.skipSpace(0);
        int end = scanner.skipValue(start, 0);
        if (scanner.skipSpace(end) != json.length) {
            throw scanner.malformed("something follows the value", end);
        }
        return new JsonSlice(json, start, end);
    }

    /** As {@link #parse(byte[])}. */
    public static JsonSlice parse(String json) {
        return parse(json.getBytes(StandardCharsets.UTF_8));
    }

    /** Offset of the first byte in the text that this part was cut from. */
    int start() {
        return start;
    }

    /** Offset after the last byte. */
    int end() {
        return end;
    }

    public boolean isObject() {
        return source[start] == '{';
    }

    public boolean isArray() {
        return source[start] == '[';
    }

    public boolean isString() {
        return source[start] == '"';
    }

    public boolean isNull() {
        return source[start] == 'n';
    }

    public boolean isTrue() {
        return source[start] == 't';
    }

    public boolean isBoolean() {
        return source[start] == 't' || source[start] == 'f';
    }

    public boolean isNumber() {
        byte c = source[start];
        return c == '-' || (c >= '0' && c <= '9');
    }

    /** Length in bytes. */
    public int length() {
        return end - start;
    }

    /** Whether these characters stand anywhere in the text, in names, values or between them. */
    public boolean mentions(String ascii) {
        return mentions(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    /** As {@link #mentions(String)}, for characters that are looked for often. */
    public boolean mentions(byte[] wanted) {
        for (int i = start; i <= end - wanted.length; i++) {
            if (source[i] == wanted[0] && Arrays.equals(source, i, i + wanted.length, wanted, 0, wanted.length)) {
                return true;
            }
        }
        return false;
    }

    /** A copy of the bytes. */
    public byte[] toBytes() {
        return Arrays.copyOfRange(source, start, end);
    }

    /** The decoded text of a string; the JSON text itself of anything else. */
    public String text() {
        return isString() ? JsonText.unquote(source, start, end) : toString();
    }

    /** The value of the member with this name, of an object; null if it is not an object or has no such member. */
    public @Nullable JsonSlice member(String name) {
        if (!isObject()) {
            return null;
        }
        JsonSlice[] found = new JsonSlice[1];
        members((key, value) -> {
            if (found[0] == null && key.equals(name)) {
                found[0] = value;
            }
        });
        return found[0];
    }

    /** The decoded text of the string member with this name; null if there is no such string. */
    public @Nullable String textMember(String name) {
        JsonSlice value = member(name);
        return value != null && value.isString() ? value.text() : null;
    }

    /** Visits every member of an object in order; does nothing on anything else. */
    public void members(BiConsumer<String, JsonSlice> visitor) {
        if (!isObject()) {
            return;
        }
        JsonScanner scanner = scanner();
        int p = scanner.skipSpace(start + 1);
        while (source[p] != '}') {
            int keyEnd = scanner.skipKey(p);
            int value = scanner.skipColon(keyEnd);
            String key = JsonText.unquote(source, p, keyEnd);
            int after = scanner.skipValue(value, 0);
            visitor.accept(key, new JsonSlice(source, value, after));
            p = scanner.skipSpace(after);
            if (source[p] == ',') {
                p = scanner.skipSpace(p + 1);
            }
        }
    }

    /** The elements of an array in order; empty for anything else. */
    public List<JsonSlice> elements() {
        List<JsonSlice> elements = new ArrayList<>();
        if (!isArray()) {
            return elements;
        }
        JsonScanner scanner = scanner();
        int p = scanner.skipSpace(start + 1);
        while (source[p] != ']') {
            int after = scanner.skipValue(p, 0);
            elements.add(new JsonSlice(source, p, after));
            p = scanner.skipSpace(after);
            if (source[p] == ',') {
                p = scanner.skipSpace(p + 1);
            }
        }
        return elements;
    }

    /** A part with bytes of its own, so that a small part does not keep a big message alive. */
    public JsonSlice detached() {
        return start == 0 && end == source.length ? this : new JsonSlice(toBytes(), 0, end - start);
    }

    /** This text with one member of the object replaced, or added at its front if it is absent. */
    public JsonSlice withMember(String name, byte[] json) {
        if (!isObject()) {
            throw new IllegalStateException("Only an object can have the member " + name);
        }
        JsonSlice old = member(name);
        byte[] result;
        if (old != null) {
            result = Splice.replace(source, start, end, old.start, old.end, json);
        } else {
            boolean empty = scanner().skipSpace(start + 1) == end - 1;
            byte[] key = JsonText.quote(name);
            byte[] addition = new byte[key.length + 1 + json.length + (empty ? 0 : 1)];
            System.arraycopy(key, 0, addition, 0, key.length);
            addition[key.length] = ':';
            System.arraycopy(json, 0, addition, key.length + 1, json.length);
            if (!empty) {
                addition[addition.length - 1] = ',';
            }
            result = Splice.replace(source, start, end, start + 1, start + 1, addition);
        }
        return new JsonSlice(result, 0, result.length);
    }

    /** The object without these members; this text if it has none of them. */
    public JsonSlice without(Set<String> names) {
        ByteArrayOutputStream kept = new ByteArrayOutputStream(length());
        boolean[] dropped = new boolean[1];
        kept.write('{');
        members((name, value) -> {
            if (names.contains(name)) {
                dropped[0] = true;
                return;
            }
            if (kept.size() > 1) {
                kept.write(',');
            }
            kept.writeBytes(JsonText.quote(name));
            kept.write(':');
            kept.write(value.source, value.start, value.length());
        });
        kept.write('}');
        return dropped[0] ? new JsonSlice(kept.toByteArray(), 0, kept.size()) : this;
    }

    private JsonScanner scanner() {
        return new JsonScanner(source, end, Integer.MAX_VALUE);
    }

    /** Whether both are the same bytes. Equal JSON values may be written differently. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JsonSlice that && Arrays.equals(source, start, end, that.source, that.start, that.end);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + source[i];
        }
        return hash;
    }

    /** The JSON text. */
    @Override
    public String toString() {
        return new String(source, start, end - start, StandardCharsets.UTF_8);
    }
}
