package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.endpoint.EventStream;
import io.forgemcp.gateway.endpoint.McpResponder;
import io.forgemcp.gateway.endpoint.SessionStream;
import io.forgemcp.gateway.endpoint.SessionStreams;
import io.forgemcp.gateway.protocol.RequestId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way back to a client of a session: a stream that is begun here goes on without its connection, and the client may
 * come back for what it missed. Thread-safe.
 */
final class KeptAnswer implements McpResponder {
    private final McpResponder responder;
    private final SessionStreams streams;
    private final boolean prime;
    private final List<RequestId> requests;
    private boolean gone;
    private @Nullable Kept kept;

    /**
     * @param prime whether a stream begins with an event to resume from
     * @param requests ids of those that are answered
     */
    KeptAnswer(McpResponder responder, SessionStreams streams, boolean prime, List<RequestId> requests) {
        this.requests = requests;
        this.responder = responder;
        this.streams = streams;
        this.prime = prime;
    }

    @Override
    public void answer(int status, byte @Nullable [] json, String... headers) {
        responder.answer(status, json, headers);
    }

    @Override
    public EventStream stream(String... headers) {
        EventStream connection = responder.stream(headers);
        Kept begun = new Kept(streams, streams.answering(connection, prime, requests), connection);
        boolean late;
        synchronized (this) {
            kept = begun;
            late = gone;
        }
        if (late) {
            begun.disconnected();
        }
        return begun;
    }

    @Override
    public void nothing(String... headers) {
        responder.nothing(headers);
    }

    /** Runs the action only if there is no stream yet, so that the client knows no event to come back with. */
    @Override
    public void onDisconnect(Runnable action) {
        responder.onDisconnect(() -> {
            Kept begun;
            synchronized (this) {
                gone = true;
                begun = kept;
            }
            if (begun == null) {
                action.run();
            } else {
                begun.disconnected();
            }
        });
    }

    /** A stream with a memory, used like one without. */
    private record Kept(SessionStreams streams, SessionStream stream, EventStream connection) implements EventStream {
        void disconnected() {
            stream.disconnected(connection);
        }

        @Override
        public void event(@Nullable String event, byte[] data) {
            stream.send(data);
        }

        /** Whoever carries the stream keeps it alive. */
        @Override
        public void comment(String text) {}

        @Override
        public void close() {
            streams.answered(stream);
        }
    }
}
