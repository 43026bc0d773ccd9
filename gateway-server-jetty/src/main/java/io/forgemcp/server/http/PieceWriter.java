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

    private static final byte[] NOTHING = {};

    private final Response response;
    private final ByteBuffer content;
    private final byte[] end;
    private final Callback written;
    private boolean allWritten;

    PieceWriter(Response response, byte[] content, Callback written) {
        this(response, content, NOTHING, written);
    }

    /** @param end comes behind the content */
    PieceWriter(Response response, byte[] content, byte[] end, Callback written) {
        this.response = response;
        this.content = ByteBuffer.wrap(content);
        this.end = end;
        this.written = written;
    }

    @Override
    protected Action process() {
        if (allWritten) {
            return Action.SUCCEEDED;
        }
        ByteBuffer piece;
        if (content.hasRemaining()) {
            int length = Math.min(PIECE, content.remaining());
            piece = content.slice(content.position(), length);
            content.position(content.position() + length);
            allWritten = !content.hasRemaining() && end.length == 0;
        } else {
            piece = ByteBuffer.wrap(end);
            allWritten = true;
        }
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
