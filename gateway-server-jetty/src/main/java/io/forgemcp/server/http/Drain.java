package io.forgemcp.server.http;

import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

/**
 * Reads and throws away the rest of a body that has been refused. A connection closed with unread bytes in it is reset, and
 * a client that is still sending would then lose the answer.
 */
final class Drain implements Callback, Runnable {
    /** A client that goes on after this much has not looked for an answer and gets none. */
    private static final long ENOUGH = 64 * 1024 * 1024;

    private final Request request;
    private final Callback completion;
    private long drained;

    Drain(Request request, Callback completion) {
        this.request = request;
        this.completion = completion;
    }

    @Override
    public void succeeded() {
        run();
    }

    @Override
    public void run() {
        while (drained < ENOUGH) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                break;
            }
            drained += chunk.remaining();
            boolean last = chunk.isLast();
            chunk.release();
            if (last) {
                break;
            }
        }
        completion.succeeded();
    }

    @Override
    public void failed(Throwable cause) {
        completion.failed(cause);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
