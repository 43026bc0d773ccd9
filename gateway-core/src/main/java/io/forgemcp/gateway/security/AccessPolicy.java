package io.forgemcp.gateway.security;

import io.forgemcp.gateway.service.ServiceName;

/**
 * Decides what a caller may see and do. A plugin interface on the hot path: must not block. Thread-safe. What a caller
 * may not use is not shown to it either, and looks to it as if it did not exist.
 */
public interface AccessPolicy {
    /** Whether the caller may use this virtual server at all. */
    boolean mayUse(Caller caller, String virtualServer);

    /** Whether the caller may use this tool of this service, by the tool's own name. */
    boolean mayCall(Caller caller, ServiceName service, String tool);

    /** Whether the caller may change services and settings, and authorise the gateway at servers that want OAuth. */
    boolean mayAdminister(Caller caller);

    /** What callers lack who may not administer, to be told to them: {@code the role "admin"} for example. */
    default String administratorNeeds() {
        return "the rights of an administrator";
    }

    /** Whether it lets every caller do the same, so that what one may see can be kept for all. No by default. */
    default boolean isUniform() {
        return false;
    }
}
