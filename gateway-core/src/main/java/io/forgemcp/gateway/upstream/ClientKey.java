package io.forgemcp.gateway.upstream;

/**
 * Whose conversation with a server it is. Two clients never share a key, so they never share a session of a server
 * with {@code isolation: session}.
 *
 * @param value the client's session id, or another unguessable name of the client
 * @param keeps what of this client lasts from one request to the next
 */
public record ClientKey(String value, Keeps keeps) {
    /** The gateway itself: learning catalogs and health checks. */
    public static final ClientKey GATEWAY = new ClientKey("gateway", Keeps.NOTHING);

    /** What lasts from one request of a client to the next, and keeps it at one instance of a service. */
    public enum Keeps {
        /** Each request stands for itself. */
        NOTHING,
        /** The client has no session, but the gateway keeps one for it with servers whose clients have sessions of their own. */
        CONVERSATIONS,
        /** The client has a session. */
        SESSION
    }

    /** Of a client with a session. */
    public ClientKey(String value) {
        this(value, Keeps.SESSION);
    }
}
