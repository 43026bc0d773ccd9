package io.forgemcp.auth.client;

import java.time.Duration;
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
    /** A token is renewed this long before it ends, so that it does not end on its way. */
    private static final Duration MARGIN = Duration.ofSeconds(10);

    Granted with(Tokens next) {
        return new Granted(found, client, scopes, next);
    }

    /** Whether the token should be renewed before it is used, and can be. */
    boolean wantsRenewal(Instant now) {
        return tokens.expires() != null
                && tokens.refresh() != null
                && !now.isBefore(tokens.expires().minus(MARGIN));
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
