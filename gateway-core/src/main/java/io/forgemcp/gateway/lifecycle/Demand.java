package io.forgemcp.gateway.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * For whom an instance is to be awake.
 *
 * @param kind the most urgent of those who want it
 * @param since when the first of that kind began to wait, on {@link io.forgemcp.gateway.time.Timers#nanoTime}
 * @param until when the last of all gives up, on the same clock
 */
record Demand(Kind kind, long since, long until) {
    /** The most urgent first. */
    enum Kind {
        CALL,
        /** A command, a schedule, a forecast. */
        ORDER,
        /** Who listens for updates takes room that is free; nobody has to make any for it. */
        LISTENER
    }

    /** Whether others have to make room for it. */
    boolean displaces() {
        return kind != Kind.LISTENER;
    }

    /** This one together with another one. */
    Demand and(@Nullable Demand other) {
        if (other == null) {
            return this;
        }
        long last = until - other.until > 0 ? until : other.until;
        int difference = kind.compareTo(other.kind);
        boolean mine = difference < 0 || (difference == 0 && since - other.since <= 0);
        return mine ? new Demand(kind, since, last) : new Demand(other.kind, other.since, last);
    }
}
