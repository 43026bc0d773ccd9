package io.forgemcp.gateway.service;

/** Who shares a conversation with a server. */
public enum Isolation {
    /**
     * One conversation serves every client: ids are rewritten, nothing is broadcast, and the server is offered no
     * sampling, elicitation or roots because it cannot tell its callers apart.
     */
    SHARED,
    /** Each client session has a conversation of its own. */
    SESSION
}
