package io.forgemcp.gateway.upstream;

/**
 * Whose conversation with a server it is. Two clients never share a key, so they never share a session of a server
 * with {@code isolation: session}.
 *
 * @param value the client's session id, or another unguessable name of the client
 */
public record ClientKey(String value) {
    /** The gateway itself: learning catalogs, health checks, and callers without a session. */
    public static final ClientKey GATEWAY = new ClientKey("gateway");
}
