package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.ReadyAnswer;
import io.forgemcp.gateway.protocol.RequestId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers one POST with one request or a batch of them: as JSON if the answers are all that is said, and as a stream as
 * soon as something else comes first or the client prefers one. The client may go away meanwhile: that cancels nothing,
 * and the stream can be resumed. Thread-safe.
 */
final class PostAnswers implements Reply {
    private final ClientSession session;
    private final McpResponder responder;
    private final AnswerForm preference;
    /** Answers of a batch that wait for the others; null for a single request. */
    private final @Nullable List<byte[]> batch;

    private final List<RequestId> requests;
    private int outstanding;
    private @Nullable SessionStream stream;

    private PostAnswers(
            ClientSession session,
            McpResponder responder,
            AnswerForm preference,
            @Nullable List<byte[]> batch,
            List<RequestId> requests,
            int answers) {
        this.session = session;
        this.responder = responder;
        this.preference = preference;
        this.batch = batch;
        this.requests = requests;
        this.outstanding = answers;
        if (preference == AnswerForm.STREAM) {
            begin();
        }
    }

    static PostAnswers single(ClientSession session, McpResponder responder, AnswerForm preference, RequestId request) {
        return new PostAnswers(session, responder, preference, null, List.of(request), 1);
    }

    /** @param answers how many there will be, at least one */
    static PostAnswers batch(
            ClientSession session,
            McpResponder responder,
            AnswerForm preference,
            List<RequestId> requests,
            int answers) {
        return new PostAnswers(session, responder, preference, new ArrayList<>(), requests, answers);
    }

    private SessionStream begin() {
        SessionStream begun = stream;
        if (begun == null) {
            EventStream connection = responder.stream();
            begun = session.streams().answering(connection, session.primes(), requests);
            stream = begun;
            SessionStream carried = begun;
            responder.onDisconnect(() -> carried.disconnected(connection));
            if (batch != null) {
                batch.forEach(begun::send);
                batch.clear();
            }
        }
        return begun;
    }

    @Override
    public void notification(byte[] json) {
        request(json);
    }

    @Override
    public synchronized boolean request(byte[] json) {
        if (preference == AnswerForm.JSON_ONLY || outstanding == 0) {
            return false;
        }
        begin().send(json);
        return true;
    }

    /**
     * The server makes the gateway poll, so it will take long: the client gets an event to resume from. One that asked for
     * a stream is let go, as the server has let the gateway go; another one may not know how to come back.
     */
    @Override
    public synchronized void suspended() {
        slow();
        SessionStream begun = stream;
        if (begun != null && preference == AnswerForm.STREAM && session.primes()) {
            begun.suspend();
        }
    }

    /** Begins the stream, which is kept alive and can be resumed. */
    @Override
    public synchronized void slow() {
        if (preference != AnswerForm.JSON_ONLY
                && outstanding > 0
                && !session.id().isEmpty()) {
            begin();
        }
    }

    @Override
    public synchronized void answer(byte[] json) {
        outstanding--;
        SessionStream begun = stream;
        if (begun != null) {
            begun.send(json);
            endStream(begun);
        } else if (batch == null) {
            responder.answer(200, json);
        } else {
            batch.add(json);
            endBatch();
        }
    }

    @Override
    public synchronized void answer(ReadyAnswer ready, RequestId id) {
        if (stream == null && batch == null) {
            outstanding--;
            responder.answer(ready, id);
        } else {
            answer(ready.whole(id));
        }
    }

    /** A request is answered with JSON or a stream and nothing else (MCP 2025-11-25, Transports). */
    @Override
    public synchronized void nothing(RequestId id, GatewayException cancelled) {
        SessionStream begun = stream;
        if (begun != null) {
            outstanding--;
            endStream(begun);
        } else if (preference == AnswerForm.JSON_ONLY) {
            answer(Messages.error(id, cancelled));
        } else {
            outstanding--;
            if (batch != null) {
                endBatch();
            } else {
                responder.nothing();
            }
        }
    }

    private void endStream(SessionStream begun) {
        if (outstanding == 0) {
            session.streams().answered(begun);
        }
    }

    private void endBatch() {
        if (outstanding == 0 && batch != null) {
            if (batch.isEmpty()) {
                responder.nothing();
            } else {
                responder.answer(200, joined(batch));
            }
        }
    }

    private static byte[] joined(List<byte[]> answers) {
        int length = 1 + answers.size();
        for (byte[] answer : answers) {
            length += answer.length;
        }
        byte[] array = new byte[length];
        int at = 0;
        for (byte[] answer : answers) {
            array[at] = (byte) (at == 0 ? '[' : ',');
            System.arraycopy(answer, 0, array, at + 1, answer.length);
            at += 1 + answer.length;
        }
        array[at] = ']';
        return array;
    }
}
