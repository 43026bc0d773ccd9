package io.forgemcp.auth.client;

import org.jspecify.annotations.Nullable;

/**
 * Who the gateway is to one authorization server.
 *
 * @param secret null for a public client
 * @param method how the token endpoint learns who asks: {@code client_secret_basic}, {@code client_secret_post} or {@code
 *     none}; null if the metadata of the authorization server decides
 */
public record ClientRegistration(
        String id, @Nullable String secret, @Nullable String method) {
    /** Without the secret. */
    @Override
    public String toString() {
        return "client " + id;
    }
}
