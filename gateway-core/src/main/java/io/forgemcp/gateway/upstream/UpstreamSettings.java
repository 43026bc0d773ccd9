package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.protocol.JsonSlice;
import java.time.Duration;

/**
 * How the gateway deals with servers.
 *
 * @param version of the gateway, told to servers
 * @param sessionCapabilities the client capabilities offered to a server that has one conversation per client; a shared
 *     one is offered none, because the server could not tell its callers apart
 * @param handshakeTimeout from opening the channel to the end of the handshake; generous, because a server's first start
 *     may download it
 * @param sweepInterval how often deadlines are looked at, so how late a timeout may be
 * @param retryDelay pause before a request that was not delivered is sent once more
 * @param breakerFailures this many failures to connect in a row, and the service is left alone
 * @param breakerPause for how long it is left alone before one attempt is let through
 */
public record UpstreamSettings(
        String version,
        JsonSlice sessionCapabilities,
        Duration handshakeTimeout,
        Duration sweepInterval,
        Duration retryDelay,
        int breakerFailures,
        Duration breakerPause) {
    /** No client capabilities, 60 s for a handshake, a sweep each 100 ms, 5 failures, 10 s of peace. */
    public static final UpstreamSettings DEFAULT = new UpstreamSettings(
            "0.1.0",
            JsonSlice.parse("{}"),
            Duration.ofSeconds(60),
            Duration.ofMillis(100),
            Duration.ofMillis(100),
            5,
            Duration.ofSeconds(10));

    public UpstreamSettings {
        if (!sessionCapabilities.isObject()) {
            throw new IllegalArgumentException("Capabilities are a JSON object, not " + sessionCapabilities);
        }
        positive("handshakeTimeout", handshakeTimeout);
        positive("sweepInterval", sweepInterval);
        positive("retryDelay", retryDelay);
        positive("breakerPause", breakerPause);
        if (breakerFailures < 1) {
            throw new IllegalArgumentException("breakerFailures must be at least 1, not " + breakerFailures);
        }
    }

    /** The same with another time for the handshake. */
    public UpstreamSettings withHandshakeTimeout(Duration value) {
        return new UpstreamSettings(
                version, sessionCapabilities, value, sweepInterval, retryDelay, breakerFailures, breakerPause);
    }

    private static void positive(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(name + " must be positive, not " + value);
        }
    }
}
