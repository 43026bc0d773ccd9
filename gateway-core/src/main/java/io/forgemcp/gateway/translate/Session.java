package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.endpoint.EventStream;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.time.Timers;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

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
    private final List<EventStream> streams = new ArrayList<>();
    private long lastUsed;

    Session(String id, Conversation conversation, Timers timers) {
        this.id = id;
        this.conversation = conversation;
        this.timers = timers;
        this.lastUsed = timers.nanoTime();
    }

    String id() {
        return id;
    }

    Conversation conversation() {
        return conversation;
    }

    synchronized void used() {
        lastUsed = timers.nanoTime();
    }

    /** Whether its client has neither asked, waited nor listened for so long. */
    synchronized boolean idle(long nanos) {
        return timers.nanoTime() - lastUsed > nanos && pending.isEmpty() && streams.isEmpty();
    }

    synchronized void began(Pending request) {
        pending.add(request);
    }

    synchronized void ended(Pending request) {
        pending.remove(request);
        used();
    }

    /** The client listens: what waited goes out first. */
    void opened(EventStream stream) {
        synchronized (this) {
            backlog.forEach(json -> stream.event(null, json));
            backlog.clear();
            streams.add(stream);
        }
    }

    synchronized void closed(EventStream stream) {
        streams.remove(stream);
        used();
    }

    /**
     * Sends a message that names no request of the client's on one stream (MCP 2025-11-25, Transports, Multiple
     * Connections). What a server says or asks while it works on a single request can only belong to that one; with several
     * it goes to the standing stream.
     */
    void push(Message message) {
        List<Pending> candidates;
        EventStream standing;
        synchronized (this) {
            candidates = new ArrayList<>(pending);
            standing = streams.isEmpty() ? null : streams.get(streams.size() - 1);
        }
        boolean certain = candidates.size() == 1 && concernsARequest(message);
        if (certain && candidates.get(0).reply().message(message.bytes())) {
            return;
        }
        if (standing != null) {
            standing.event(null, message.bytes());
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
        if (!streams.isEmpty()) {
            streams.get(streams.size() - 1).event(null, json);
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
        List<EventStream> open;
        synchronized (this) {
            open = List.copyOf(streams);
            streams.clear();
            backlog.clear();
        }
        open.forEach(EventStream::close);
    }
}
