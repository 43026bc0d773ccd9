package io.forgemcp.gateway.service;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the gateway introduces itself where a server behind a URL wants OAuth (MCP 2026-07-28, Authorization).
 *
 * @param enabled whether it does so at all; otherwise a server that wants a token refuses the gateway
 * @param id of a client that was registered by hand; null to let the gateway register itself
 * @param secret of that client; null for a public one, or one with a key
 * @param key of that client, instead of a secret; null for none
 * @param metadata the HTTPS URL of a published client metadata document, which is the client id at authorization servers
 *     that take such documents; null for none
 * @param scopes what is asked for instead of what the server names; empty to go by the server
 * @param issuer the only authorization server that the gateway turns to; null for the one that the server names
 */
public record OAuthClient(
        boolean enabled,
        @Nullable String id,
        @Nullable String secret,
        @Nullable ClientKey key,
        @Nullable URI metadata,
        List<String> scopes,
        @Nullable String issuer,
        Grant grant) {
    /** Whose rights a token has. */
    public enum Grant {
        /** Those of the person who agreed. */
        AUTHORIZATION_CODE,
        /** Those of the client itself; nobody is asked. */
        CLIENT_CREDENTIALS
    }

    /** Registers itself and asks for what the server names. */
    public static final OAuthClient AUTOMATIC = new OAuthClient(true, null, null, null, List.of());

    /** Never asks for a token. */
    public static final OAuthClient OFF = new OAuthClient(false, null, null, null, List.of());

    /** A secret or key without an id belongs to nobody, so it is refused. */
    public OAuthClient {
        scopes = List.copyOf(scopes);
        if (id == null && (secret != null || key != null)) {
            throw new IllegalArgumentException("A client secret or key needs a client id");
        }
        if (secret != null && key != null) {
            throw new IllegalArgumentException("A client has a secret or a key, not both");
        }
        if (grant == Grant.CLIENT_CREDENTIALS && secret == null && key == null) {
            throw new IllegalArgumentException("Client credentials need a client id and a secret or key");
        }
    }

    /** One without a key. */
    public OAuthClient(
            boolean enabled,
            @Nullable String id,
            @Nullable String secret,
            @Nullable URI metadata,
            List<String> scopes,
            @Nullable String issuer,
            Grant grant) {
        this(enabled, id, secret, null, metadata, scopes, issuer, grant);
    }

    /** One that a person agrees to, at any authorization server. */
    public OAuthClient(
            boolean enabled,
            @Nullable String id,
            @Nullable String secret,
            @Nullable URI metadata,
            List<String> scopes) {
        this(enabled, id, secret, metadata, scopes, null, Grant.AUTHORIZATION_CODE);
    }

    /** Whether a person has to agree. */
    public boolean needsPerson() {
        return grant == Grant.AUTHORIZATION_CODE;
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return enabled ? "OAuthClient[id=" + id + ", metadata=" + metadata + ", scopes=" + scopes + "]" : "no OAuth";
    }
}
