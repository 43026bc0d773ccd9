package io.forgemcp.gateway.endpoint;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a session as its client knows it, whichever connection carries it: when one breaks, what is said
 * meanwhile is kept, and the next connection goes on behind the last event that the client got (MCP 2025-11-25,
 * Transports, Resumability). Event ids are the name of the stream and a number. Thread-safe.
 */
public final class SessionStream {
    /** How long a client is asked to wait before it reconnects. */
    static final long RETRY_MILLIS = 1_000;

    private final String name;
    private final @Nullable ReplayLog log;
    private final LongSupplier clock;
    private @Nullable EventStream connection;
    private long number;

    /** @param log keeps what is said; null for a stream whose events have no ids */
    SessionStream(String name, @Nullable ReplayLog log, LongSupplier clock) {
        this.name = name;
        this.log = log;
        this.clock = clock;
    }

    String name() {
        return name;
    }

    synchronized boolean isConnected() {
        return connection != null;
    }

    /** Carries the stream from now on. */
    synchronized void connect(EventStream fresh, boolean prime) {
        connection = fresh;
        if (prime && log != null) {
            fresh.prime(id(number), RETRY_MILLIS);
        }
    }

    /** Says what was missed and goes on; a connection that still carries the stream is given up. */
    synchronized void resume(EventStream fresh, long after) {
        EventStream before = connection;
        connection = fresh;
        if (log != null) {
            log.after(name, after).forEach(event -> fresh.numbered(id(event.number()), event.json()));
        }
        if (before != null) {
            before.close();
        }
    }

    /** Says something, now and to whoever resumes behind an earlier event. */
    public synchronized void send(byte[] json) {
        EventStream to = connection;
        if (log == null) {
            if (to != null) {
                to.event(null, json);
            }
            return;
        }
        number++;
        log.add(new ReplayLog.Event(name, number, json, clock.getAsLong()));
        if (to != null) {
            to.numbered(id(number), json);
        }
    }

    /** The connection broke. */
    public synchronized void disconnected(EventStream gone) {
        if (connection == gone) {
            connection = null;
        }
    }

    /** Lets the client go; it comes back for what is said until then. */
    synchronized void suspend() {
        close();
    }

    /** Nothing more will be said. */
    synchronized void close() {
        EventStream last = connection;
        connection = null;
        if (last != null) {
            last.close();
        }
    }

    private String id(long of) {
        return name + "-" + of;
    }
}
