package io.forgemcp.gateway.upstream;

import org.jspecify.annotations.Nullable;

/** A request under way. */
@FunctionalInterface
public interface Call {
    /**
     * Gives up: tells the server with {@code notifications/cancelled} if the request was sent, and ends the call with
     * {@code CANCELLED} unless it is over already. Idempotent; does not block.
     *
     * @param reason for the server's log; null for none
     */
    void cancel(@Nullable String reason);
}
