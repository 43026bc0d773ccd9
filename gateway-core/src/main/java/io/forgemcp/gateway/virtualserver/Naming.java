package io.forgemcp.gateway.virtualserver;

/** Under which names a virtual server shows tools and prompts. */
public enum Naming {
    /** The service's slug, a hyphen, the tool's slug. */
    PREFIXED,
    /** As the server names them; where two servers use one name, the later one is prefixed. */
    ORIGINAL,
    /** As renamed one by one; whatever is not renamed is prefixed. */
    CUSTOM
}
