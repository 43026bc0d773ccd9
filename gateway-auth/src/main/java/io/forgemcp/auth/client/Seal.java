package io.forgemcp.auth.client;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.text.ParseException;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Encrypts what is kept (AES-256-GCM) where there is a secret for it, and leaves it as it is otherwise. Thread-safe. */
final class Seal {
    private static final byte[] LABEL = "forge-mcp-gateway oauth grants v1".getBytes(StandardCharsets.US_ASCII);
    private static final String SEALED = "sealed";
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    private final @Nullable SecretKeySpec key;
    private final SecureRandom random = new SecureRandom();

    /** @param secret that the key is derived from; null to encrypt nothing */
    Seal(byte @Nullable [] secret) {
        key = secret == null ? null : derived(secret);
    }

    private static SecretKeySpec derived(byte[] secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return new SecretKeySpec(mac.doFinal(LABEL), "AES");
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("Every Java has HmacSHA256", impossible);
        }
    }

    Map<String, Object> close(Map<String, Object> json) {
        if (key == null) {
            return json;
        }
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
            byte[] hidden = cipher.doFinal(JSONObjectUtils.toJSONString(json).getBytes(StandardCharsets.UTF_8));
            byte[] whole = new byte[NONCE + hidden.length];
            System.arraycopy(nonce, 0, whole, 0, NONCE);
            System.arraycopy(hidden, 0, whole, NONCE, hidden.length);
            return Map.of(SEALED, Base64.getEncoder().encodeToString(whole));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("Every Java has AES-GCM", impossible);
        }
    }

    /** @throws io.forgemcp.gateway.error.GatewayException if it was encrypted with another secret, or was changed */
    Map<String, Object> open(Map<String, Object> json) {
        if (!(json.get(SEALED) instanceof String text)) {
            return json;
        }
        if (key == null) {
            throw Refused.because("the tokens are encrypted, and AUTH_ENCRYPTION_SECRET is not set.");
        }
        try {
            byte[] whole = Base64.getDecoder().decode(text);
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, whole, 0, NONCE));
            byte[] plain = cipher.doFinal(whole, NONCE, whole.length - NONCE);
            return JSONObjectUtils.parse(new String(plain, StandardCharsets.UTF_8));
        } catch (GeneralSecurityException | ParseException | IllegalArgumentException wrong) {
            throw Refused.because("the tokens were encrypted with another AUTH_ENCRYPTION_SECRET, or are damaged.");
        }
    }
}
