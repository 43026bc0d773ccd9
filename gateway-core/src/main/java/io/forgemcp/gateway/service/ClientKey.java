package io.forgemcp.gateway.service;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A private key with which an OAuth client shows who it is, instead of a secret that it would have to tell (RFC 7523).
 *
 * @param key of RSA with at least 2048 bits, or on one of the curves P-256, P-384 and P-521
 * @param algorithm what it signs with, by its name in RFC 7518: {@code RS256}, {@code ES256}, {@code ES384} or {@code ES512}
 */
public record ClientKey(PrivateKey key, String algorithm) {
    private static final Pattern PEM =
            Pattern.compile("\\s*-----BEGIN PRIVATE KEY-----(.+)-----END PRIVATE KEY-----\\s*", Pattern.DOTALL);

    private static final int MIN_RSA_BITS = 2048;

    /**
     * Reads a key in PEM (PKCS #8), where line breaks may also be written as {@code \n}.
     *
     * @throws IllegalArgumentException if it is none that can be used; the message does not show it
     */
    public static ClientKey of(String pem) {
        Matcher text = PEM.matcher(pem.replace("\\n", "\n"));
        if (!text.matches()) {
            throw new IllegalArgumentException("This is no private key in PEM (PKCS #8): it begins with"
                    + " \"-----BEGIN PRIVATE KEY-----\". `openssl pkcs8 -topk8 -nocrypt` makes one of other forms.");
        }
        byte[] content;
        try {
            content = Base64.getMimeDecoder().decode(text.group(1));
        } catch (IllegalArgumentException notBase64) {
            throw new IllegalArgumentException("This private key is damaged.", notBase64);
        }
        for (String family : List.of("EC", "RSA")) {
            try {
                return of(KeyFactory.getInstance(family).generatePrivate(new PKCS8EncodedKeySpec(content)));
            } catch (GeneralSecurityException otherFamily) {
                // The next one may know it.
            }
        }
        throw new IllegalArgumentException(
                "This private key is damaged, or neither of RSA nor of a curve P-256, P-384" + " or P-521.");
    }

    private static ClientKey of(PrivateKey key) {
        if (key instanceof RSAPrivateKey rsa) {
            if (rsa.getModulus().bitLength() < MIN_RSA_BITS) {
                throw new IllegalArgumentException("A key of RSA needs at least " + MIN_RSA_BITS
                        + " bits; this one has " + rsa.getModulus().bitLength() + ".");
            }
            return new ClientKey(key, "RS256");
        }
        int bits = ((ECPrivateKey) key).getParams().getOrder().bitLength();
        return switch (bits) {
            case 256 -> new ClientKey(key, "ES256");
            case 384 -> new ClientKey(key, "ES384");
            case 521 -> new ClientKey(key, "ES512");
            default ->
                throw new IllegalArgumentException(
                        "A curve of " + bits + " bits cannot be used. Take P-256, P-384 or P-521.");
        };
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "ClientKey[" + algorithm + "]";
    }
}
