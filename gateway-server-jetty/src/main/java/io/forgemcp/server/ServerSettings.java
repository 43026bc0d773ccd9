package io.forgemcp.server;

import io.forgemcp.server.http.HttpLimits;
import java.time.Duration;
import java.util.Set;

/**
 * How the HTTP listener behaves. Immutable; start from {@link #defaults} and change parts.
 *
 * @param host address to bind, {@code 127.0.0.1} unless told otherwise
 * @param port 0 for any free one
 * @param maxRequestBytes larger bodies are refused with 413
 * @param allowedHosts names, without ports, that a Host header may carry besides the loopback ones; {@code *} for any
 * @param allowedOrigins origins, for example {@code https://ide.example}, that a browser may call from besides loopback
 *     ones; {@code *} for any
 * @param maxWaitingBytes an event stream whose client leaves more than this unread is cut off
 * @param keepAlive a silent event stream gets a comment this often
 * @param bodyTimeout how long a client may take to send the body of one request
 * @param idleTimeout how long a connection without a request is kept; never applies to a call or stream under way
 */
public record ServerSettings(
        String host,
        int port,
        long maxRequestBytes,
        Set<String> allowedHosts,
        Set<String> allowedOrigins,
        long maxWaitingBytes,
        Duration keepAlive,
        Duration bodyTimeout,
        Duration idleTimeout) {
    private static final long MEBI = 1024 * 1024;

    public ServerSettings {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("Port " + port + " is not between 0 and 65535.");
        }
        if (maxRequestBytes < 1 || maxRequestBytes > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("A request limit of " + maxRequestBytes + " bytes is out of range.");
        }
        allowedHosts = Set.copyOf(allowedHosts);
        allowedOrigins = Set.copyOf(allowedOrigins);
    }

    /** 127.0.0.1:4444, bodies of at most 10 MB, loopback hosts and origins. */
    public static ServerSettings defaults() {
        return new ServerSettings(
                "127.0.0.1",
                4444,
                10 * MEBI,
                Set.of(),
                Set.of(),
                8 * MEBI,
                Duration.ofSeconds(20),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60));
    }

    /** What of it concerns single requests. */
    HttpLimits limits() {
        return new HttpLimits(maxRequestBytes, allowedHosts, allowedOrigins, maxWaitingBytes, bodyTimeout);
    }

    public ServerSettings withAddress(String newHost, int newPort) {
        return new ServerSettings(
                newHost,
                newPort,
                maxRequestBytes,
                allowedHosts,
                allowedOrigins,
                maxWaitingBytes,
                keepAlive,
                bodyTimeout,
                idleTimeout);
    }

    public ServerSettings withMaxRequestBytes(long bytes) {
        return new ServerSettings(
                host, port, bytes, allowedHosts, allowedOrigins, maxWaitingBytes, keepAlive, bodyTimeout, idleTimeout);
    }

    /** Hosts and origins that are let in besides loopback ones. */
    public ServerSettings withAllowed(Set<String> hosts, Set<String> origins) {
        return new ServerSettings(
                host, port, maxRequestBytes, hosts, origins, maxWaitingBytes, keepAlive, bodyTimeout, idleTimeout);
    }

    public ServerSettings withStreams(long newMaxWaitingBytes, Duration newKeepAlive) {
        return new ServerSettings(
                host,
                port,
                maxRequestBytes,
                allowedHosts,
                allowedOrigins,
                newMaxWaitingBytes,
                newKeepAlive,
                bodyTimeout,
                idleTimeout);
    }

    public ServerSettings withTimeouts(Duration newBodyTimeout, Duration newIdleTimeout) {
        return new ServerSettings(
                host,
                port,
                maxRequestBytes,
                allowedHosts,
                allowedOrigins,
                maxWaitingBytes,
                keepAlive,
                newBodyTimeout,
                newIdleTimeout);
    }
}
