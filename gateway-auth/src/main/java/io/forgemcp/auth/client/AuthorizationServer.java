package io.forgemcp.auth.client;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an authorization server says of itself (RFC 8414), as far as the gateway uses it.
 *
 * @param registration where clients register themselves; null if they cannot
 * @param revocation where tokens are given back (RFC 7009); null if nowhere
 * @param authMethods of the token endpoint; null if not said, which means {@code client_secret_basic}
 * @param scopes that it knows; empty if not said
 * @param takesMetadataDocuments whether a client id may be the URL of a client metadata document
 * @param namesItself whether every answer carries {@code iss} (RFC 9207)
 */
record AuthorizationServer(
        String issuer,
        URI authorization,
        URI token,
        @Nullable URI registration,
        @Nullable URI revocation,
        @Nullable List<String> authMethods,
        List<String> scopes,
        boolean takesMetadataDocuments,
        boolean namesItself) {

    /** Reads the metadata and refuses what the gateway must not use. */
    static AuthorizationServer of(String expectedIssuer, Map<String, Object> json) {
        if (!expectedIssuer.equals(json.get("issuer"))) {
            throw Refused.because(
                    "the metadata of the authorization server \"" + expectedIssuer + "\" names another issuer.");
        }
        if (!texts(json.get("code_challenge_methods_supported")).contains("S256")) {
            throw Refused.because(
                    "the authorization server \"" + expectedIssuer + "\" does not say that it checks PKCE with S256.");
        }
        return new AuthorizationServer(
                expectedIssuer,
                url(json, "authorization_endpoint"),
                url(json, "token_endpoint"),
                optionalUrl(json, "registration_endpoint"),
                optionalUrl(json, "revocation_endpoint"),
                json.get("token_endpoint_auth_methods_supported") == null
                        ? null
                        : texts(json.get("token_endpoint_auth_methods_supported")),
                texts(json.get("scopes_supported")),
                Boolean.TRUE.equals(json.get("client_id_metadata_document_supported")),
                Boolean.TRUE.equals(json.get("authorization_response_iss_parameter_supported")));
    }

    /** As {@link #of} reads it, without what only matters before there is a token. */
    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("issuer", issuer);
        json.put("authorization_endpoint", authorization.toString());
        json.put("token_endpoint", token.toString());
        if (revocation != null) {
            json.put("revocation_endpoint", revocation.toString());
        }
        json.put("code_challenge_methods_supported", List.of("S256"));
        if (authMethods != null) {
            json.put("token_endpoint_auth_methods_supported", authMethods);
        }
        return json;
    }

    /** How a client shows who it is: as it was registered, else the first way that both sides know. */
    String authMethod(ClientRegistration client) {
        if (client.key() != null) {
            return "private_key_jwt";
        }
        if (client.method() != null) {
            return client.method();
        }
        if (client.secret() == null) {
            return "none";
        }
        return authMethods == null
                        || authMethods.contains("client_secret_basic")
                        || !authMethods.contains("client_secret_post")
                ? "client_secret_basic"
                : "client_secret_post";
    }

    /** What a client that registers itself asks for. */
    String wantedAuthMethod() {
        if (authMethods == null) {
            return "client_secret_basic";
        }
        for (String known : List.of("client_secret_basic", "client_secret_post", "none")) {
            if (authMethods.contains(known)) {
                return known;
            }
        }
        throw Refused.because("the authorization server \"" + issuer
                + "\" takes none of client_secret_basic, client_secret_post and none.");
    }

    private static URI url(Map<String, Object> json, String member) {
        if (json.get(member) instanceof String text) {
            return Documents.allowed(uri(text));
        }
        throw Refused.because("the metadata of the authorization server lacks " + member + ".");
    }

    private static @Nullable URI optionalUrl(Map<String, Object> json, String member) {
        return json.get(member) == null ? null : url(json, member);
    }

    static URI uri(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException notUrl) {
            throw Refused.because("a metadata document names something that is no URL.");
        }
    }

    /** The texts of a JSON array; empty for anything else. */
    static List<String> texts(@Nullable Object value) {
        return value instanceof List<?> list
                ? list.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList()
                : List.of();
    }
}
