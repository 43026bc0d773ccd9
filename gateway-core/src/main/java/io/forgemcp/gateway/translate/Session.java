package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.endpoint.EventStream;
import io.forgemcp.gateway.endpoint.McpResponder;
import io.forgemcp.gateway.endpoint.ReplayLog;
import io.forgemcp.gateway.endpoint.SessionStream;
import io.forgemcp.gateway.endpoint.SessionStreams;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.time.Timers;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the bridge knows of one client: its streams and the requests it waits for. A session without an id serves one
 * stateless request. Thread-safe.
 */
final class Session {
    /** What waits for a client that has no stream open at the moment; the oldest goes first. */
    private static final int BACKLOG = 256;

    private final String id;
    private final Conversation conversation;
    private final Timers timers;
    private final Set<Pending> pending = new LinkedHashSet<>();
    private final ArrayDeque<byte[]> backlog = new ArrayDeque<>();
    private final SessionStreams streams;
    private long lastUsed;

    /** @param kept bytes that all sessions keep for clients that come back, counted here */
    Session(String id, Conversation conversation, Timers timers, AtomicLong kept) {
        this.id = id;
        this.streams = new SessionStreams(new ReplayLog(ReplayLog.Limits.DEFAULT, kept), timers::nanoTime);
        this.conversation = conversation;
        this.timers = timers;
        this.lastUsed = timers.nanoTime();
    }

    /** For one request that stands for itself. */
    static Session passing(Conversation conversation, Timers timers) {
        return new Session("", conversation, timers, new AtomicLong());
    }

    String id() {
        return id;
    }

    /** Whether it serves one request that stands for itself. */
    boolean isPassing() {
        return id.isEmpty();
    }

    SessionStreams streams() {
        return streams;
    }

    Conversation conversation() {
        return conversation;
    }

    synchronized void used() {
        lastUsed = timers.nanoTime();
    }

    /** Whether its client has neither asked, waited nor listened for so long, as far as those who ask this have seen. */
    synchronized boolean idle(long nanos) {
        if (!pending.isEmpty() || streams.isListening()) {
            used();
        }
        return timers.nanoTime() - lastUsed > nanos;
    }

    /** Drops what clients will not come back for any more. */
    void forgetOld() {
        streams.forget(timers.nanoTime());
    }

    synchronized void began(Pending request) {
        pending.add(request);
    }

    synchronized void ended(Pending request) {
        pending.remove(request);
        used();
    }

    /**
     * The client listens: what waited goes out first.
     *
     * @param numbered whether it may come back for what it missed
     * @param prime whether it is told at once where to come back to
     * @return for {@link #closed}
     */
    synchronized SessionStream opened(EventStream connection, boolean numbered, boolean prime) {
        SessionStream stream = streams.standing(connection, numbered, prime);
        backlog.forEach(stream::send);
        backlog.clear();
        return stream;
    }

    /**
     * The client comes back to a stream, if that is known.
     *
     * @param responder untouched if it is not
     * @param headers names and values in turn
     */
    synchronized boolean resumed(String lastEventId, McpResponder responder, String... headers) {
        if (!streams.resume(lastEventId, responder, headers)) {
            return false;
        }
        while (!backlog.isEmpty() && streams.isListening()) {
            streams.push(backlog.remove());
        }
        return true;
    }

    synchronized void closed(SessionStream stream, EventStream connection) {
        stream.disconnected(connection);
        used();
    }

    /**
     * Sends a message that names no request of the client's on one stream (MCP 2025-11-25, Transports, Multiple
     * Connections). What a server says or asks while it works on a single request can only belong to that one; with several
     * it goes to the standing stream.
     */
    void push(Message message) {
        List<Pending> candidates;
        synchronized (this) {
            candidates = new ArrayList<>(pending);
        }
        boolean certain = candidates.size() == 1 && concernsARequest(message);
        if (certain && candidates.get(0).reply().message(message.bytes())) {
            return;
        }
        if (streams.isListening() && streams.push(message.bytes())) {
            return;
        }
        for (int i = candidates.size() - 1; i >= 0; i--) {
            if (candidates.get(i).reply().message(message.bytes())) {
                return;
            }
        }
        // A stream may have been opened meanwhile.
        deliver(message.bytes());
    }

    /** Writes on the standing stream, or keeps it for one. */
    synchronized void deliver(byte[] json) {
        if (streams.isListening()) {
            streams.push(json);
            return;
        }
        if (backlog.size() == BACKLOG) {
            backlog.poll();
        }
        backlog.add(json);
    }

    private static boolean concernsARequest(Message message) {
        return message.isRequest()
                || !(message.method().endsWith("/list_changed")
                        || message.method().equals("notifications/resources/updated"));
    }

    /** Closes what is open. Whoever waits for an answer hears from the conversation. */
    void end() {
        synchronized (this) {
            backlog.clear();
        }
        streams.close();
    }
}
