package io.forgemcp.server.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory for the bodies of all requests that are under way, each from its first bytes to the end of its exchange. The
 * limit of one body does not keep a hundred of them from filling the memory. Thread-safe.
 */
final class BodyMemory {
    private final AtomicLong taken = new AtomicLong();
    private final long most;

    /** @param most bytes; a single body may have more, or it could never be served */
    BodyMemory(long most) {
        this.most = most;
    }

    /** A fifth of what the JVM may have: a body is copied on its way to a server, and answered. */
    static BodyMemory ofMemory() {
        return new BodyMemory(Runtime.getRuntime().maxMemory() / 5);
    }

    /** False if there is no room, and nothing was taken. */
    boolean take(long bytes) {
        if (taken.addAndGet(bytes) > most && taken.get() > bytes) {
            taken.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }

    long taken() {
        return taken.get();
    }
}
