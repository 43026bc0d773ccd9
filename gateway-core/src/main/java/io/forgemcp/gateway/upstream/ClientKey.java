package io.forgemcp.gateway.upstream;

/**
 * Whose conversation with a server it is. Two clients never share a key, so they never share a session of a server
 * with {@code isolation: session}.
 *
 * @param value the client's session id, or another unguessable name of the client
 * @param lasting whether one request of this client builds on another, so that they belong to one instance of a service whose
 *     clients have sessions of their own
 */
public record ClientKey(String value, boolean lasting) {
    /** The gateway itself: learning catalogs and health checks. */
    public static final ClientKey GATEWAY = new ClientKey("gateway", false);

    /** Of a client whose requests build on one another. */
    public ClientKey(String value) {
        this(value, true);
    }
}
