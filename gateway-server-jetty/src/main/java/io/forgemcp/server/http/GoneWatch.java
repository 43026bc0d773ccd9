package io.forgemcp.server.http;

import io.forgemcp.gateway.time.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * Notices that the client of a standing stream is gone. Jetty reads nothing while a request is being answered, so the end of
 * the connection would go unseen until something is written. A client may also have closed only its own direction; a
 * comment or two show which it was, because writing to a connection that is really gone fails.
 *
 * <p>Only for connections that serve no request after this one: what comes in is thrown away.
 */
final class GoneWatch implements Callback {
    private static final Duration SECOND_LOOK = Duration.ofMillis(250);

    private final EndPoint endPoint;
    private final SseStream stream;
    private final Timers timers;
    private final ByteBuffer scratch = BufferUtil.allocate(512);

    private GoneWatch(EndPoint endPoint, SseStream stream, Timers timers) {
        this.endPoint = endPoint;
        this.stream = stream;
        this.timers = timers;
    }

    static void start(EndPoint endPoint, SseStream stream, Timers timers) {
        endPoint.tryFillInterested(new GoneWatch(endPoint, stream, timers));
    }

    @Override
    public void succeeded() {
        try {
            int read;
            do {
                BufferUtil.clear(scratch);
                read = endPoint.fill(scratch);
            } while (read > 0);
            if (read == 0) {
                endPoint.tryFillInterested(this);
            } else {
                probe();
            }
        } catch (IOException broken) {
            probe();
        }
    }

    private void probe() {
        stream.comment("");
        timers.schedule(SECOND_LOOK, () -> stream.comment(""));
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
