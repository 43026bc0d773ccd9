package io.forgemcp.auth.client;

import io.forgemcp.gateway.service.ClientKey;
import io.forgemcp.gateway.service.OAuthClient;
import java.net.URI;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who the gateway is to one authorization server.
 *
 * @param secret null for a public client
 * @param key instead of a secret; null for none, and always for one that the gateway has registered
 * @param method how the token endpoint learns who asks: {@code client_secret_basic}, {@code client_secret_post} or {@code
 *     none}; null if the metadata of the authorization server decides
 * @param redirect that the client was registered with by itself; null if it was by hand
 * @param expires when the secret ends ({@code client_secret_expires_at}, RFC 7591); null for never
 */
record ClientRegistration(
        String id,
        @Nullable String secret,
        @Nullable ClientKey key,
        @Nullable String method,
        @Nullable URI redirect,
        @Nullable Instant expires) {
    /** One without a key. */
    ClientRegistration(
            String id,
            @Nullable String secret,
            @Nullable String method,
            @Nullable URI redirect,
            @Nullable Instant expires) {
        this(id, secret, null, method, redirect, expires);
    }

    /** One that was registered by hand, or by a document. */
    ClientRegistration(String id, @Nullable String secret, @Nullable String method) {
        this(id, secret, method, null, null);
    }

    /** With the secret or key of the configuration, if it is the client that stands there. */
    ClientRegistration with(OAuthClient configured) {
        return id.equals(configured.id())
                ? new ClientRegistration(id, configured.secret(), configured.key(), method, null, null)
                : this;
    }

    /** Without the secret and the key. */
    @Override
    public String toString() {
        return "client " + id;
    }
}
