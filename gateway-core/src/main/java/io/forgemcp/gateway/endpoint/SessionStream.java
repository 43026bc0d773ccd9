package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
    private final List<RequestId> requests;
    private @Nullable EventStream connection;
    private long number;

    /**
     * @param log keeps what is said; null for a stream whose events have no ids
     * @param requests those that are answered on it; none on a standing one
     */
    SessionStream(String name, @Nullable ReplayLog log, LongSupplier clock, List<RequestId> requests) {
        this.requests = requests;
        this.name = name;
        this.log = log;
        this.clock = clock;
    }

    String name() {
        return name;
    }

    List<RequestId> requests() {
        return requests;
    }

    /** How many events it has had. */
    synchronized long events() {
        return number;
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

    /** Says what was missed, or that some of it is lost, and goes on; a connection that still carries the stream is given up. */
    synchronized void resume(EventStream fresh, long after) {
        EventStream before = connection;
        connection = fresh;
        if (log != null) {
            List<ReplayLog.Event> missed = log.after(name, after);
            tellLost(fresh, number - after - missed.size());
            missed.forEach(event -> fresh.numbered(id(event.number()), event.json()));
        }
        if (before != null) {
            before.close();
        }
    }

    /** Says, outside the numbers of the stream, that so many of its events are no longer kept. */
    static void tellLost(EventStream to, long events) {
        if (events > 0) {
            String params = "{\"level\":\"warning\",\"logger\":\"forge-mcp-gateway\",\"data\":\"" + events
                    + " events of this stream are no longer kept and are missing here.\"}";
            to.event(
                    null,
                    Messages.notification("notifications/message", params.getBytes(StandardCharsets.US_ASCII))
                            .bytes());
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
