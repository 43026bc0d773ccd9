package io.forgemcp.auth.client;

import java.time.Instant;
import java.util.Set;

/**
 * What one authorization server has granted for one resource.
 *
 * @param found where, and for what
 * @param client to whom
 * @param scopes that were asked for
 */
record Granted(Discovery.Found found, ClientRegistration client, Set<String> scopes, Tokens tokens) {
    Granted with(Tokens next) {
        return new Granted(found, client, scopes, next);
    }

    /** Whether the token should be renewed before it is used, and can be. */
    boolean wantsRenewal(Instant now) {
        return tokens.renewal() != null && tokens.refresh() != null && !now.isBefore(tokens.renewal());
    }

    boolean isOver(Instant now) {
        return tokens.expires() != null && !now.isBefore(tokens.expires());
    }

    /** Without tokens and secrets. */
    @Override
    public String toString() {
        return "grant of " + found.server().issuer();
    }
}
