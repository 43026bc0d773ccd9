package io.forgemcp.server.http;

import io.forgemcp.gateway.endpoint.EventStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.jspecify.annotations.Nullable;

/**
 * One event stream over one HTTP response. Whoever writes first while nothing is under way does the writing, on its own
 * thread and without blocking; events that come meanwhile wait in a queue and go out together. The lock guards the queue
 * only and is never held during I/O.
 */
final class SseStream implements EventStream, UnreadAnswers.Reader {
    /** Payloads up to this size are copied beside their neighbours into one write; larger ones are written in place. */
    private static final int COPY_LIMIT = 32 * 1024;

    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = {'\n', '\n'};

    private final Response response;
    private final Callback completion;
    private final long maxWaiting;
    private final UnreadAnswers unread;
    private final Runnable cut;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<ByteBuffer> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private long writingBytes;
    /** Whether the others have been told of what is unread here. */
    private boolean reported;

    private boolean closed;
    private boolean begun;
    private boolean ended;
    private volatile boolean wroteSinceTick;
    private final Writer writer = new Writer();

    /**
     * @param completion ends the HTTP exchange, either way
     * @param maxWaiting bytes that may wait for a slow client
     * @param unread what waits for all clients together
     * @param cut closes the connection under a client that is too slow
     */
    SseStream(Response response, Callback completion, long maxWaiting, UnreadAnswers unread, Runnable cut) {
        this.response = response;
        this.completion = completion;
        this.maxWaiting = maxWaiting;
        this.unread = unread;
        this.cut = cut;
    }

    @Override
    public void event(@Nullable String event, byte[] data) {
        write(
                event == null
                        ? DATA
                        : ("event: " + event.replaceAll("[\r\n]", " ") + "\ndata: ").getBytes(StandardCharsets.UTF_8),
                data);
    }

    @Override
    public void numbered(String id, byte[] data) {
        write(("id: " + id + "\ndata: ").getBytes(StandardCharsets.UTF_8), data);
    }

    @Override
    public void prime(String id, long retryMillis) {
        byte[] event = ("id: " + id + "\nretry: " + retryMillis + "\ndata: \n\n").getBytes(StandardCharsets.UTF_8);
        send(ByteBuffer.wrap(event), null, null);
    }

    private void write(byte[] head, byte[] data) {
        byte[] payload = hasLineBreak(data) ? withDataLines(data) : data;
        if (payload.length <= COPY_LIMIT) {
            byte[] whole = new byte[head.length + payload.length + 2];
            System.arraycopy(head, 0, whole, 0, head.length);
            System.arraycopy(payload, 0, whole, head.length, payload.length);
            whole[whole.length - 2] = '\n';
            whole[whole.length - 1] = '\n';
            send(ByteBuffer.wrap(whole), null, null);
        } else {
            send(ByteBuffer.wrap(head), ByteBuffer.wrap(payload), ByteBuffer.wrap(END));
        }
    }

    @Override
    public void comment(String text) {
        send(
                ByteBuffer.wrap((": " + text.replaceAll("[\r\n]", " ") + "\n\n").getBytes(StandardCharsets.UTF_8)),
                null,
                null);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        writer.iterate();
    }

    /** Sends the headers. */
    void begin() {
        writer.iterate();
    }

    /** Writes a comment if nothing else was written since the last time. */
    void tick() {
        if (!wroteSinceTick) {
            comment("");
        }
        wroteSinceTick = false;
    }

    private void send(ByteBuffer first, @Nullable ByteBuffer second, @Nullable ByteBuffer third) {
        boolean overflow;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            enqueue(first);
            if (second != null && third != null) {
                enqueue(second);
                enqueue(third);
            }
            // What nobody could have read yet does not count against the client.
            overflow = waitingBytes > maxWaiting && waiting.size() > 3;
            closed = overflow;
            report();
        } finally {
            lock.unlock();
        }
        wroteSinceTick = true;
        if (overflow) {
            cut.run();
        } else {
            writer.iterate();
        }
    }

    /** Others wait for memory, too. What a client takes as fast as it comes is never reported. */
    private void report() {
        long bytes = waitingBytes + writingBytes;
        if (reported || bytes > UnreadAnswers.SMALL) {
            reported = bytes > UnreadAnswers.SMALL;
            unread.leaves(this, reported ? bytes : 0);
        }
    }

    /** Breaks the connection; the client may come back for what it missed. */
    @Override
    public void cut() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        cut.run();
    }

    private void enqueue(ByteBuffer buffer) {
        waiting.add(buffer);
        waitingBytes += buffer.remaining();
    }

    /** As much as fits into one modest write, or one large payload in place. */
    private ByteBuffer gather() {
        ByteBuffer first = waiting.remove();
        int total = first.remaining();
        waitingBytes -= total;
        if (waiting.isEmpty() || total > COPY_LIMIT) {
            return first;
        }
        int count = 0;
        for (ByteBuffer more : waiting) {
            if (total + more.remaining() > COPY_LIMIT) {
                break;
            }
            total += more.remaining();
            count++;
        }
        if (count == 0) {
            return first;
        }
        waitingBytes -= total - first.remaining();
        ByteBuffer all = ByteBuffer.allocate(total).put(first);
        for (int i = 0; i < count; i++) {
            all.put(waiting.remove());
        }
        return all.flip();
    }

    private static boolean hasLineBreak(byte[] data) {
        for (byte b : data) {
            if (b == '\n' || b == '\r') {
                return true;
            }
        }
        return false;
    }

    /** Line breaks begin new data lines (WHATWG HTML, 9.2.6); CR, LF and CRLF are one break each. */
    private static byte[] withDataLines(byte[] data) {
        java.io.ByteArrayOutputStream lines = new java.io.ByteArrayOutputStream(data.length + 64);
        for (int i = 0; i < data.length; i++) {
            byte b = data[i];
            if (b != '\n' && b != '\r') {
                lines.write(b);
                continue;
            }
            if (b == '\r' && i + 1 < data.length && data[i + 1] == '\n') {
                i++;
            }
            lines.write('\n');
            lines.write(DATA, 0, DATA.length);
        }
        return lines.toByteArray();
    }

    private final class Writer extends IteratingCallback {
        @Override
        protected Action process() {
            ByteBuffer next;
            boolean last = false;
            lock.lock();
            try {
                if (ended) {
                    return Action.SUCCEEDED;
                }
                next = waiting.isEmpty() ? BufferUtil.EMPTY_BUFFER : gather();
                if (waiting.isEmpty() && closed) {
                    last = true;
                    ended = true;
                } else if (begun && !next.hasRemaining()) {
                    writingBytes = 0;
                    report();
                    return Action.IDLE;
                }
                begun = true;
                writingBytes = next.remaining();
                report();
            } finally {
                lock.unlock();
            }
            response.write(last, next, this);
            return Action.SCHEDULED;
        }

        @Override
        protected void onCompleteSuccess() {
            lock.lock();
            try {
                writingBytes = 0;
                report();
            } finally {
                lock.unlock();
            }
            completion.succeeded();
        }

        @Override
        protected void onCompleteFailure(Throwable cause) {
            lock.lock();
            try {
                closed = true;
                waiting.clear();
                waitingBytes = 0;
                writingBytes = 0;
                report();
            } finally {
                lock.unlock();
            }
            completion.failed(cause);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
