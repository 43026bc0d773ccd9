package io.forgemcp.gateway.upstream;

import java.time.Duration;

/**
 * How the gateway deals with servers.
 *
 * @param version of the gateway, told to servers
 * @param handshakeTimeout from opening the channel to the end of the handshake; generous, because a server's first start
 *     may download it
 * @param sweepInterval how often deadlines are looked at, so how late a timeout may be
 * @param retryDelay pause before a request that was not delivered is sent once more
 * @param reverseTimeout how long a call waits for the client's answer to what the server asked meanwhile; people answer
 * @param breakerFailures this many failures to connect in a row, and the service is left alone
 * @param breakerPause for how long it is left alone before one attempt is let through
 */
public record UpstreamSettings(
        String version,
        Duration handshakeTimeout,
        Duration sweepInterval,
        Duration retryDelay,
        Duration reverseTimeout,
        int breakerFailures,
        Duration breakerPause) {
    /** 60 s for a handshake, a sweep each 100 ms, 10 minutes for a person's answer, 5 failures, 10 s of peace. */
    public static final UpstreamSettings DEFAULT = new UpstreamSettings(
            "0.1.0",
            Duration.ofSeconds(60),
            Duration.ofMillis(100),
            Duration.ofMillis(100),
            Duration.ofMinutes(10),
            5,
            Duration.ofSeconds(10));

    public UpstreamSettings {
        positive("handshakeTimeout", handshakeTimeout);
        positive("sweepInterval", sweepInterval);
        positive("retryDelay", retryDelay);
        positive("reverseTimeout", reverseTimeout);
        positive("breakerPause", breakerPause);
        if (breakerFailures < 1) {
            throw new IllegalArgumentException("breakerFailures must be at least 1, not " + breakerFailures);
        }
    }

    /** The same with another time for the handshake. */
    public UpstreamSettings withHandshakeTimeout(Duration value) {
        return new UpstreamSettings(
                version, value, sweepInterval, retryDelay, reverseTimeout, breakerFailures, breakerPause);
    }

    private static void positive(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(name + " must be positive, not " + value);
        }
    }
}
