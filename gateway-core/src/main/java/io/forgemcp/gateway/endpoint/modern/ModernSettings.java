package io.forgemcp.gateway.endpoint.modern;

import java.time.Duration;

/**
 * How the gateway serves modern clients.
 *
 * @param version of the gateway, as clients see it
 * @param callTimeout how long a server may take to answer a call
 * @param idleTimeout after which a caller without requests is forgotten by the servers that keep something for it
 * @param pageSize most entries of one answer to a list request
 * @param signingKey signs what clients have to bring back; secret
 */
public record ModernSettings(
        String version, Duration callTimeout, Duration idleTimeout, int pageSize, byte[] signingKey) {
    /** How long a person may take to answer what a server asks. */
    static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(10);

    /** Most calls that wait for an answer at once; each holds an instance awake. */
    static final int MAX_QUESTIONS = 1_000;
}
