package io.forgemcp.auth.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an authorization server gave out.
 *
 * @param refresh null if there is none
 * @param expires null if not said
 */
record Tokens(
        String access, @Nullable String refresh, @Nullable Instant expires) {
    /** Holds nothing secret. */
    @Override
    public String toString() {
        return "tokens until " + expires;
    }
}
