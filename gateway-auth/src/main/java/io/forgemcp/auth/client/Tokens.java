package io.forgemcp.auth.client;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an authorization server gave out.
 *
 * @param refresh null if there is none
 * @param expires null if not said
 * @param renewal from when on it is renewed, a little before it ends, so that it does not end on its way; null if it is not
 *     said when it ends
 */
record Tokens(
        String access,
        @Nullable String refresh,
        @Nullable Instant expires,
        @Nullable Instant renewal) {
    private static final Duration MARGIN = Duration.ofSeconds(10);

    /** Of a token that lasts for so many seconds from now on; 0 if it is not said how long. */
    static Tokens lasting(String access, @Nullable String refresh, long seconds, Instant now) {
        if (seconds <= 0) {
            return new Tokens(access, refresh, null, null);
        }
        Duration life = Duration.ofSeconds(Math.min(seconds, Integer.MAX_VALUE));
        // Of a token that lasts hardly longer than the margin, most is used.
        Duration share = life.dividedBy(5);
        Instant expires = now.plus(life);
        return new Tokens(access, refresh, expires, expires.minus(share.compareTo(MARGIN) < 0 ? share : MARGIN));
    }

    Tokens withoutRefresh() {
        return new Tokens(access, null, expires, renewal);
    }

    /** Holds nothing secret. */
    @Override
    public String toString() {
        return "tokens until " + expires;
    }
}
