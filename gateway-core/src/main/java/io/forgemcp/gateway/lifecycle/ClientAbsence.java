package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.upstream.ClientKey;
import java.time.Duration;
import java.util.Optional;

/** Says how long clients have been away. Thread-safe; never blocks. */
@FunctionalInterface
public interface ClientAbsence {
    /** Nothing is known of any client. */
    ClientAbsence UNKNOWN = client -> Optional.empty();

    /**
     * How long the client has neither asked for anything nor had a request under way or a stream open; zero if it is there,
     * empty if it cannot be told.
     */
    Optional<Duration> of(ClientKey client);
}
