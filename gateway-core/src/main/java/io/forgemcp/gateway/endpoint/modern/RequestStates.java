package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The {@code requestState} that the gateway itself gives out: what question it belongs to, whose it is, for which request
 * and until when, under a signature (MCP 2026-07-28, Multi Round-Trip Requests). Thread-safe.
 */
final class RequestStates {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int ID = 16;
    private static final int HASH = 16;
    private static final int SIGNED = ID + Long.BYTES + 2 * HASH;

    private final SecretKeySpec key;
    /** Tells own states from those of another gateway, or of this one under another key. */
    private final String prefix;

    /**
     * Who and what a state is bound to.
     *
     * @param owner the caller and its virtual server
     * @param request the method and its parameters
     */
    record Binding(byte[] owner, byte[] request) {}

    /** @param secret any length; never shown */
    RequestStates(byte[] secret) {
        key = new SecretKeySpec(sha256(secret), ALGORITHM);
        prefix = "forge." + HexFormat.of().formatHex(sign("key name".getBytes(StandardCharsets.US_ASCII)), 0, 6) + ".";
    }

    /** Whether this state can only come from here: everything else belongs to a server. */
    boolean isOwn(String state) {
        return state.startsWith(prefix);
    }

    /** @param id 16 bytes, random */
    String issue(byte[] id, Instant expiry, Binding binding) {
        byte[] signed = ByteBuffer.allocate(SIGNED)
                .put(id)
                .putLong(expiry.toEpochMilli())
                .put(hash(binding.owner()))
                .put(hash(binding.request()))
                .array();
        byte[] whole =
                ByteBuffer.allocate(SIGNED + 32).put(signed).put(sign(signed)).array();
        return prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
    }

    /**
     * The id of the question that the state was issued for.
     *
     * @throws GatewayException with {@link ErrorCode#REQUEST_STATE_INVALID}
     */
    String verify(String state, Instant now, Binding binding) {
        byte[] whole;
        try {
            whole = Base64.getUrlDecoder().decode(state.substring(prefix.length()));
        } catch (IllegalArgumentException malformed) {
            throw invalid("it has been altered");
        }
        byte[] signed = Arrays.copyOf(whole, SIGNED);
        if (whole.length != SIGNED + 32
                || !MessageDigest.isEqual(sign(signed), Arrays.copyOfRange(whole, SIGNED, whole.length))) {
            throw invalid("it has been altered");
        }
        ByteBuffer parts = ByteBuffer.wrap(signed);
        byte[] id = new byte[ID];
        byte[] owner = new byte[HASH];
        byte[] request = new byte[HASH];
        parts.get(id);
        long expiry = parts.getLong();
        parts.get(owner).get(request);
        if (!MessageDigest.isEqual(owner, hash(binding.owner()))) {
            throw invalid("it was given to another caller, or at another virtual server");
        }
        if (!MessageDigest.isEqual(request, hash(binding.request()))) {
            throw invalid("it was given out for another request; method and parameters have to be the same");
        }
        if (now.toEpochMilli() > expiry) {
            throw invalid("it has expired");
        }
        return HexFormat.of().formatHex(id);
    }

    static GatewayException invalid(String why) {
        return new GatewayException(
                ErrorCode.REQUEST_STATE_INVALID,
                "The requestState is refused: " + why
                        + ". Nothing was sent to the server. Make the request again without inputResponses and"
                        + " requestState.");
    }

    private byte[] sign(byte[] text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(text);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("Every Java has " + ALGORITHM, impossible);
        }
    }

    private static byte[] hash(byte[] text) {
        return Arrays.copyOf(sha256(text), HASH);
    }

    static byte[] sha256(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("Every Java has SHA-256", impossible);
        }
    }
}
