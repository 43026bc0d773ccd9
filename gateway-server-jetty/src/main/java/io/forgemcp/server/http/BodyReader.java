package io.forgemcp.server.http;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.time.Timers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongPredicate;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Reads one body in full without blocking, never more than the limit. A body that comes in one piece, as nearly all do, is
 * copied once into an array of its size and needs no timer. A larger one gets room for a few times what has come, so that
 * what is announced and never sent costs little, and what is sent is hardly copied.
 */
final class BodyReader implements Runnable {
    private static final int FIRST_PIECE = 16 * 1024;
    private static final int GROWTH = 8;

    private final Request request;
    private final long limit;
    private final Timers timers;
    private final Duration timeout;
    private final LongPredicate room;
    private final Receiver receiver;
    private final AtomicBoolean told = new AtomicBoolean();
    private byte[] bytes;
    private int size;
    private Timers.@Nullable Cancellable deadline;

    /** @param room takes so many bytes more from what all bodies may have together; false if there is no room */
    BodyReader(Request request, long limit, Timers timers, Duration timeout, LongPredicate room, Receiver receiver) {
        this.request = request;
        this.limit = limit;
        this.timers = timers;
        this.timeout = timeout;
        this.room = room;
        this.receiver = receiver;
        long length = request.getLength();
        // The length is the client's word: only what has come is worth memory.
        this.bytes = new byte[(int) Math.min(Math.max(0, length), FIRST_PIECE)];
    }

    @Override
    public void run() {
        while (!told.get()) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                if (deadline == null) {
                    deadline = timers.schedule(timeout, this::expire);
                }
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                Throwable failure = chunk.getFailure();
                finish(() -> receiver.broken(failure));
                return;
            }
            boolean last = chunk.isLast();
            try {
                if ((long) size + chunk.remaining() > limit) {
                    finish(() -> receiver.refused(tooLarge(limit)));
                    return;
                }
                if (!append(chunk.getByteBuffer())) {
                    finish(() -> receiver.refused(new GatewayException(
                            ErrorCode.SERVICE_UNAVAILABLE,
                            "So many large requests are under way that there is no memory for this one. Nothing was sent to"
                                    + " a server. Try again soon, or give the gateway a larger heap.")));
                    return;
                }
            } finally {
                chunk.release();
            }
            if (last) {
                byte[] body = size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
                finish(() -> receiver.complete(body));
                return;
            }
        }
    }

    /** False if there is no room. */
    private boolean append(ByteBuffer piece) {
        int added = piece.remaining();
        if (size + added > bytes.length) {
            long known = request.getLength();
            long needed = (long) size + added;
            long capacity = known >= needed
                    ? Math.min(Math.max(bytes.length * (long) GROWTH, needed), known)
                    : Math.min(Math.max(bytes.length * 2L, needed), limit);
            if (!room.test(capacity - bytes.length)) {
                return false;
            }
            bytes = Arrays.copyOf(bytes, (int) capacity);
        }
        piece.get(bytes, size, added);
        size += added;
        return true;
    }

    private void expire() {
        finish(() -> receiver.refused(new GatewayException(
                ErrorCode.REQUEST_TIMEOUT,
                "The body did not arrive within " + timeout.toSeconds() + " s. Send it in one go.")));
    }

    private void finish(Runnable action) {
        if (told.compareAndSet(false, true)) {
            if (deadline != null) {
                deadline.cancel();
            }
            action.run();
        }
    }

    static GatewayException tooLarge(long limit) {
        return new GatewayException(
                ErrorCode.BODY_TOO_LARGE,
                "The body is larger than " + limit + " bytes. Send less, or raise FORGE_MAX_REQUEST_SIZE.");
    }

    /** Hears one of the three, once. */
    interface Receiver {
        void complete(byte[] body);

        /** The client is still there and gets an answer. */
        void refused(GatewayException reason);

        /** The connection is gone or beyond repair. */
        void broken(Throwable failure);
    }
}
