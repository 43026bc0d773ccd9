package io.forgemcp.auth.client;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * One authorization that waits for a person (RFC 6749, section 4.1; RFC 7636).
 *
 * @param state by which the answer is known; good for one answer
 * @param verifier the secret of PKCE
 * @param scopes that are asked for; empty to ask for none in particular
 * @param expires after which the answer is not taken any more
 */
record Flow(
        Discovery.Found found,
        ClientRegistration client,
        Set<String> scopes,
        String state,
        String verifier,
        Instant expires) {
    private static final SecureRandom RANDOM = new SecureRandom();

    static Flow of(Discovery.Found found, ClientRegistration client, Set<String> scopes, Instant expires) {
        return new Flow(found, client, scopes, random(), random(), expires);
    }

    /** What a person opens in a browser. */
    URI url(URI redirect) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("response_type", "code");
        query.put("client_id", client.id());
        query.put("redirect_uri", redirect.toString());
        query.put("state", state);
        query.put("code_challenge", challenge());
        query.put("code_challenge_method", "S256");
        query.put("resource", found.resource());
        if (!scopes.isEmpty()) {
            query.put("scope", String.join(" ", scopes));
        }
        String base = found.server().authorization().toString();
        return URI.create(base + (base.contains("?") ? "&" : "?") + TokenEndpoint.encode(query));
    }

    private String challenge() {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java has SHA-256", impossible);
        }
    }

    private static String random() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Without state and verifier. */
    @Override
    public String toString() {
        return "authorization by " + found.server().issuer();
    }
}
