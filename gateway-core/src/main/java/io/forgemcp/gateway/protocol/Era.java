package io.forgemcp.gateway.protocol;

/** The two generations of MCP, which differ in how a conversation begins and in who may ask whom (MCP 2026-07-28, Versioning). */
public enum Era {
    /** A session begins with initialize, and servers send requests of their own: revisions up to 2025-11-25. */
    LEGACY,
    /** No sessions: every request says for itself what its client speaks and can do. Since 2026-07-28. */
    MODERN
}
