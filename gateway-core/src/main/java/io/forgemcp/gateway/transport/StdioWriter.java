package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Writes lines to a server's input and never makes the caller wait for the server.
 *
 * <p>Handing every message to a writer thread would cost a thread switch a call. So the caller writes itself whenever
 * that certainly cannot block: a pipe holds at least 4 KiB, and an answer proves that the server has read everything up
 * to its request. While the bytes without such proof stay below that, a write fits; otherwise a thread takes over until
 * the queue is empty. One drainer at a time, so order holds; the lock guards the bookkeeping only, never a write.
 */
final class StdioWriter {
    /** What the smallest pipe holds (POSIX PIPE_BUF on Linux; a pipe there has 64 KiB unless its user has thousands). */
    static final int SURE_ROOM = 4096;

    private record Entry(byte[] line, long id, UpstreamChannel.Receiver receiver) {}

    /** A request that was written: when {@code id} is answered, everything up to {@code position} has been read. */
    private record Mark(long id, long position) {}

    private final String service;
    private final OutputStream output;
    private final int maxQueuedBytes;
    private final Executor threads;
    private final Duration lastWords;
    private final ArrayDeque<Entry> queue = new ArrayDeque<>();
    private final ArrayDeque<Mark> marks = new ArrayDeque<>();
    private long queuedBytes;
    private long written;
    private long read;
    private boolean draining;
    private boolean closed;

    /** @param lastWords how long it is left to others to say how a server ended that does not take its messages */
    StdioWriter(String service, OutputStream output, TransportSettings settings, Executor threads, Duration lastWords) {
        this.service = service;
        this.output = output;
        this.maxQueuedBytes = settings.maxQueuedBytes();
        this.threads = threads;
        this.lastWords = lastWords;
    }

    /** Writes or queues a message; the receiver hears at once, or when it is certain that it was not written. */
    void write(Outgoing message, UpstreamChannel.Receiver receiver) {
        byte[] line = line(message.json());
        boolean refused = false;
        boolean mine = false;
        boolean over;
        synchronized (this) {
            over = closed;
            if (!over) {
                refused = queuedBytes > 0 && queuedBytes + line.length > maxQueuedBytes;
                if (!refused) {
                    queue.add(new Entry(line, message.id(), receiver));
                    queuedBytes += line.length;
                    mine = !draining;
                    draining = true;
                }
            }
        }
        if (over) {
            failSoon(receiver, unreachable("its input is closed"));
        } else if (refused) {
            receiver.onFailure(
                    unreachable("it does not read its input, and " + maxQueuedBytes + " bytes already wait"));
        } else {
            if (mine) {
                drainWithoutWaiting();
            }
            if (!message.request()) {
                receiver.onEnd();
            }
        }
    }

    /** The server has answered this request, so it has read it and everything before it. */
    void answered(long id) {
        if (id < 0) {
            return;
        }
        synchronized (this) {
            Mark found = null;
            for (Mark mark : marks) {
                if (mark.id() == id) {
                    found = mark;
                    break;
                }
            }
            if (found != null) {
                read = found.position();
                while (marks.poll() != found) {
                    // marks are in the order of writing, so all before the found one are read, too
                }
            }
        }
    }

    private void drainWithoutWaiting() {
        for (; ; ) {
            Entry next;
            synchronized (this) {
                next = queue.peek();
                if (next == null) {
                    draining = false;
                    return;
                }
                if (written - read + next.line().length > SURE_ROOM) {
                    break;
                }
                taken(next);
            }
            if (!put(next)) {
                return;
            }
        }
        try {
            threads.execute(this::drain);
        } catch (RuntimeException shutDown) {
            close();
        }
    }

    private void drain() {
        for (; ; ) {
            Entry next;
            synchronized (this) {
                next = queue.peek();
                if (next == null) {
                    draining = false;
                    return;
                }
                taken(next);
            }
            if (!put(next)) {
                return;
            }
        }
    }

    private void taken(Entry next) {
        queue.poll();
        queuedBytes -= next.line().length;
        written += next.line().length;
        if (next.id() >= 0) {
            if (marks.size() == MAX_MARKS) {
                marks.poll();
            }
            marks.add(new Mark(next.id(), written));
        }
    }

    /** Requests that are never answered must not pile up; forgetting a mark only makes a write take the long way. */
    private static final int MAX_MARKS = 1024;

    private boolean put(Entry next) {
        try {
            output.write(next.line());
            output.flush();
            return true;
        } catch (IOException failure) {
            // What may have gone out of a long line lacks its end: that is no message.
            failSoon(next.receiver(), unreachable("its input is closed (" + failure.getMessage() + ")"));
            shut().forEach(entry -> failSoon(entry.receiver(), unreachable("its input is closed")));
            return false;
        }
    }

    /** Most often the server has ended, and those who know how are about to tell whoever waits. */
    private void failSoon(UpstreamChannel.Receiver receiver, GatewayException failure) {
        if (lastWords.isZero()) {
            receiver.onFailure(failure);
        } else {
            receiver.onUnsent();
            CompletableFuture.delayedExecutor(lastWords.toNanos(), TimeUnit.NANOSECONDS, threads)
                    .execute(() -> receiver.onFailure(failure));
        }
    }

    /** Fails what is queued and closes the server's input, without waiting for either. Idempotent. */
    void close() {
        shut().forEach(entry -> entry.receiver().onFailure(unreachable("its input is closed")));
    }

    /** @return what was queued and will not be written */
    private Collection<Entry> shut() {
        ArrayDeque<Entry> left;
        synchronized (this) {
            if (closed) {
                return List.of();
            }
            closed = true;
            left = new ArrayDeque<>(queue);
            queue.clear();
            queuedBytes = 0;
            marks.clear();
        }
        try {
            threads.execute(this::closeOutput);
        } catch (RuntimeException shutDown) {
            closeOutput();
        }
        return left;
    }

    private void closeOutput() {
        try {
            output.close();
        } catch (IOException alreadyBroken) {
            // a server that has gone cannot be told more
        }
    }

    private GatewayException unreachable(String why) {
        return new GatewayException(
                ErrorCode.UPSTREAM_UNREACHABLE,
                "Service \"" + service + "\" could not be written to: " + why + ". The message was not sent.");
    }

    /** The message as one line: line breaks inside JSON strings are always escaped, so any raw one is white space. */
    private static byte[] line(byte[] json) {
        byte[] line = new byte[json.length + 1];
        System.arraycopy(json, 0, line, 0, json.length);
        for (int i = 0; i < json.length; i++) {
            if (line[i] == '\n' || line[i] == '\r') {
                line[i] = ' ';
            }
        }
        line[json.length] = '\n';
        return line;
    }
}
