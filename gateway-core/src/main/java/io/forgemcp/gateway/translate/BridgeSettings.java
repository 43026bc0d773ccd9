package io.forgemcp.gateway.translate;

import java.time.Duration;

/**
 * How a bridge treats its clients. Immutable; start from {@link #DEFAULT}.
 *
 * @param sharing who shares a child with whom
 * @param maxSessions more are refused
 * @param idleTimeout a session whose client has neither asked nor listened for so long ends, and its child with it; zero
 *     for never
 * @param ssePath where HTTP+SSE is served
 * @param messagePath where its messages are posted
 * @param version of the program, for servers that ask
 */
public record BridgeSettings(
        Sharing sharing, int maxSessions, Duration idleTimeout, String ssePath, String messagePath, String version) {
    /** Who shares a child with whom. */
    public enum Sharing {
        /** Every session has a child of its own; stateless requests share one. */
        NONE,
        /** All sessions use one child, with ids rewritten. */
        SHARED,
        /** As {@link #SHARED}, and streamable HTTP needs no session: each request stands for itself. */
        STATELESS
    }

    /** A child for each session, at most 256 sessions, half an hour of idleness, {@code /sse} and {@code /message}. */
    public static final BridgeSettings DEFAULT =
            new BridgeSettings(Sharing.NONE, 256, Duration.ofMinutes(30), "/sse", "/message", "0");

    public BridgeSettings {
        if (maxSessions < 1) {
            throw new IllegalArgumentException("A bridge needs room for at least 1 session, not " + maxSessions + ".");
        }
        if (idleTimeout.isNegative()) {
            throw new IllegalArgumentException("The idle timeout cannot be negative, as " + idleTimeout + " is.");
        }
        checkPath(ssePath);
        checkPath(messagePath);
        if (ssePath.equals(messagePath)) {
            throw new IllegalArgumentException("The stream and its messages need two paths, not both " + ssePath + ".");
        }
    }

    private static void checkPath(String path) {
        if (!path.matches("(/[A-Za-z0-9._~-]+)+")) {
            throw new IllegalArgumentException("\"" + path + "\" is no path. Write for example /sse.");
        }
    }

    public BridgeSettings withSharing(Sharing value) {
        return new BridgeSettings(value, maxSessions, idleTimeout, ssePath, messagePath, version);
    }

    public BridgeSettings withLimits(int sessions, Duration idle) {
        return new BridgeSettings(sharing, sessions, idle, ssePath, messagePath, version);
    }

    public BridgeSettings withPaths(String sse, String message) {
        return new BridgeSettings(sharing, maxSessions, idleTimeout, sse, message, version);
    }

    public BridgeSettings withVersion(String value) {
        return new BridgeSettings(sharing, maxSessions, idleTimeout, ssePath, messagePath, value);
    }
}
