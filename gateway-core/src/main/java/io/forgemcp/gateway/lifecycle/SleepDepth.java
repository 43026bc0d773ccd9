package io.forgemcp.gateway.lifecycle;

/** How deeply an instance sleeps, lightest first. */
public enum SleepDepth {
    /** No processor time; memory stays where it is. */
    FREEZE,
    /** Frozen, and part of the memory moved to swap. */
    SHALLOW,
    /** Frozen, and nearly all of the memory moved to swap. */
    DEEP,
    /** Ended: no memory, and the next call starts it anew. */
    STOP
}
