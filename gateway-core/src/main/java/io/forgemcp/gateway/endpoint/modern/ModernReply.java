package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.endpoint.AnswerForm;
import io.forgemcp.gateway.endpoint.EventStream;
import io.forgemcp.gateway.endpoint.McpResponder;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one modern request: JSON if it is the first thing to be said, the end of an event stream if something
 * came before it, it takes long or the client names event streams first. A refusal is JSON with its status as long as
 * nothing came before it. Thread-safe.
 */
final class ModernReply {
    private static final int OK = 200;

    private final McpResponder responder;
    private final AnswerForm form;
    private final SlowReplies slow;
    private @Nullable EventStream stream;
    private boolean over;

    /** @param form what the client takes */
    ModernReply(McpResponder responder, AnswerForm form, SlowReplies slow) {
        this.responder = responder;
        this.form = form;
        this.slow = slow;
    }

    /** Whether the client takes an event stream. */
    boolean streams() {
        return form != AnswerForm.JSON_ONLY;
    }

    /** Runs the action if the client goes away before the answer, which means that it does not want it any more. */
    void onGone(Runnable action) {
        if (streams()) {
            slow.add(this);
        }
        responder.onDisconnect(() -> {
            boolean before;
            synchronized (this) {
                before = end();
            }
            if (before) {
                action.run();
            }
        });
    }

    /** A notification that belongs to the request; lost where the client takes JSON only. */
    synchronized void notification(byte[] json) {
        if (!over) {
            EventStream to = open();
            if (to != null) {
                to.event(null, json);
            }
        }
    }

    /**
     * Begins the stream although there is nothing to say yet: comments keep the connection, and a client that goes away
     * is noticed.
     */
    synchronized void keepWaiting() {
        if (!over) {
            open();
        }
    }

    private @Nullable EventStream open() {
        if (stream == null && streams()) {
            // Only a connection that serves nothing after this can be watched for its end, which cancels the call.
            stream = responder.stream("X-Accel-Buffering", "no", "Connection", "close");
        }
        return stream;
    }

    /**
     * The answer: the last thing that is said.
     *
     * @param status HTTP status, where it can still be said
     */
    synchronized void answer(int status, byte[] json) {
        if (!end()) {
            return;
        }
        EventStream to = stream;
        if (to == null && form == AnswerForm.STREAM && status == OK) {
            to = responder.stream();
        }
        if (to == null) {
            responder.answer(status, json);
        } else {
            to.event(null, json);
            to.close();
        }
    }

    /** False if it was over already. */
    private boolean end() {
        boolean first = !over;
        over = true;
        slow.remove(this);
        return first;
    }

    /** There is no answer, because nobody wants it any more. */
    synchronized void nothing() {
        if (!end()) {
            return;
        }
        if (stream == null) {
            responder.answer(202, null);
        } else {
            stream.close();
        }
    }
}
