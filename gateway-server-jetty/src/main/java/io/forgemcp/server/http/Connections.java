package io.forgemcp.server.http;

import io.forgemcp.gateway.time.Timers;
import java.util.concurrent.atomic.AtomicInteger;

/** What the exchanges of one listener share: the limits of streams and a count of what is under way. Thread-safe. */
final class Connections {
    private final KeepAlive keepAlive;
    private final Timers timers;
    private final long maxWaitingBytes;
    private final UnreadAnswers unread;
    private final BodyMemory bodies = BodyMemory.ofMemory();
    private final AtomicInteger underWay = new AtomicInteger();

    Connections(KeepAlive keepAlive, Timers timers, long maxWaitingBytes) {
        this.keepAlive = keepAlive;
        this.timers = timers;
        this.maxWaitingBytes = maxWaitingBytes;
        this.unread = UnreadAnswers.ofMemory(timers);
    }

    KeepAlive keepAlive() {
        return keepAlive;
    }

    Timers timers() {
        return timers;
    }

    long maxWaitingBytes() {
        return maxWaitingBytes;
    }

    BodyMemory bodies() {
        return bodies;
    }

    UnreadAnswers unread() {
        return unread;
    }

    void begun() {
        underWay.incrementAndGet();
    }

    void ended() {
        underWay.decrementAndGet();
    }

    int underWay() {
        return underWay.get();
    }
}
