package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.protocol.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What waits for a server that is being started or reached again, in order and bounded. Not thread-safe. */
final class WaitingMessages {
    static final long MAX_BYTES = 64L << 20;

    private final ArrayDeque<Message> messages = new ArrayDeque<>();
    private long bytes;

    /** Whether there is no room for this one. */
    boolean isFull(Message message) {
        return !messages.isEmpty() && bytes + message.bytes().length > MAX_BYTES;
    }

    void add(Message message) {
        messages.addLast(message);
        bytes += message.bytes().length;
    }

    void addFirst(Message message) {
        messages.addFirst(message);
        bytes += message.bytes().length;
    }

    @Nullable
    Message poll() {
        Message next = messages.poll();
        if (next != null) {
            bytes -= next.bytes().length;
        }
        return next;
    }

    Set<Message> all() {
        return Set.copyOf(messages);
    }

    List<Message> clear() {
        List<Message> cleared = new ArrayList<>(messages);
        messages.clear();
        bytes = 0;
        return cleared;
    }
}
