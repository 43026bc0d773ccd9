package io.forgemcp.server.http;

import java.nio.ByteBuffer;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;

/**
 * Writes a large answer in pieces. Before each attempt to write, the JDK copies all that is left of an array into direct
 * memory, which it then keeps for the thread; a socket takes a fraction of a large answer at a time, so one write of the
 * whole would copy it several times over and keep as much memory as the largest answer for every thread.
 */
final class PieceWriter extends IteratingCallback {
    /** Answers up to this size are better written at once. */
    static final int PIECE = 128 * 1024;

    private final Response response;
    private final ByteBuffer content;
    private final Callback written;
    private boolean allWritten;

    PieceWriter(Response response, byte[] content, Callback written) {
        this.response = response;
        this.content = ByteBuffer.wrap(content);
        this.written = written;
    }

    @Override
    protected Action process() {
        if (allWritten) {
            return Action.SUCCEEDED;
        }
        int length = Math.min(PIECE, content.remaining());
        ByteBuffer piece = content.slice(content.position(), length);
        content.position(content.position() + length);
        allWritten = !content.hasRemaining();
        response.write(allWritten, piece, this);
        return Action.SCHEDULED;
    }

    @Override
    protected void onCompleteSuccess() {
        written.succeeded();
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        written.failed(cause);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
