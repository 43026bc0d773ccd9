package io.forgemcp.gateway.protocol;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A fingerprint of a JSON value that does not change with the order of members, white space or escapes, because clients
 * that send something again may write it anew. Numbers count as they are written.
 */
public final class JsonDigest {
    private final MessageDigest digest;

    private JsonDigest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java has SHA-256", impossible);
        }
    }

    /**
     * 32 bytes.
     *
     * @param value null is a value of its own
     * @param ignored members of the outermost object that do not count
     */
    public static byte[] of(@Nullable JsonSlice value, Set<String> ignored) {
        JsonDigest of = new JsonDigest();
        if (value != null) {
            of.add(value, ignored);
        }
        return of.digest.digest();
    }

    private void add(JsonSlice value, Set<String> ignored) {
        if (value.isObject()) {
            Map<String, JsonSlice> members = new TreeMap<>();
            value.members(members::put);
            members.keySet().removeAll(ignored);
            add("{");
            members.forEach((name, member) -> {
                add(new String(JsonText.quote(name), StandardCharsets.UTF_8));
                add(member, Set.of());
            });
            add("}");
        } else if (value.isArray()) {
            add("[");
            value.elements().forEach(element -> add(element, Set.of()));
            add("]");
        } else {
            add(value.isString() ? new String(JsonText.quote(value.text()), StandardCharsets.UTF_8) : value.toString());
        }
    }

    private void add(String part) {
        digest.update(part.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }
}
