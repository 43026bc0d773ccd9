package io.forgemcp.gateway.lifecycle.process;

/** The signals that the lifecycle needs, under the names that {@code kill -s} knows (POSIX). */
enum Signal {
    /** Freezes; cannot be ignored. */
    STOP,
    /** Thaws. */
    CONT,
    /** Asks to end. */
    TERM,
    /** Ends, also what is frozen. */
    KILL
}
