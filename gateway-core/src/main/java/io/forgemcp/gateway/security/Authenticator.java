package io.forgemcp.gateway.security;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who makes a request. A plugin interface, asked once for every request on the hot path: must not block, and
 * should answer from a cache where checking costs more than a few microseconds. Thread-safe.
 */
public interface Authenticator {
    /**
     * @return the caller; the stage fails with {@code UNAUTHENTICATED} when the credentials are missing, wrong or
     *     expired, always with a message that does not tell which
     */
    CompletionStage<Caller> authenticate(Credentials credentials);

    /**
     * What a request brings along.
     *
     * @param authorization the Authorization header, or null
     * @param loopback whether the connection comes from this machine
     */
    record Credentials(@Nullable String authorization, boolean loopback) {
        /** Without the header, which is secret. */
        @Override
        public String toString() {
            return "Credentials[" + (authorization == null ? "none" : "given") + "]";
        }
    }
}
