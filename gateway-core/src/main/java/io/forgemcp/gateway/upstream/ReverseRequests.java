package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RelatedTask;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.time.Timers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one server asks of its client on one session, from the request to the answer. {@code ping} is answered here; all
 * else goes to the call that it belongs to, or to whoever listens for what belongs to none. No request is left without
 * an answer: what nobody has answered when its call ends is refused then. Thread-safe.
 */
final class ReverseRequests {
    private static final Logger LOG = LoggerFactory.getLogger(ReverseRequests.class);
    private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.US_ASCII);

    private final Session session;
    private final SessionContext context;
    /** By the server's own id. */
    private final Map<RequestId, Asked> open = new ConcurrentHashMap<>(2);

    ReverseRequests(Session session, SessionContext context) {
        this.session = session;
        this.context = context;
    }

    /** @param call on whose response it came; null if it came on the session's own stream */
    void onRequest(Message request, @Nullable PendingCall call) {
        if (request.method().equals("ping")) {
            session.reply(Messages.result(request.requireId(), EMPTY));
            return;
        }
        PendingCall related = call != null ? call : onlyCall(request);
        Asked asked = new Asked(request, related);
        if (open.putIfAbsent(request.requireId(), asked) != null) {
            session.reply(Messages.error(
                    request.requireId(),
                    new GatewayException(
                            ErrorCode.INVALID_REQUEST, "Another request with this id is still unanswered.")));
        } else if (related == null) {
            asked.limit = context.timers().schedule(context.settings().reverseTimeout(), asked::expire);
            handOver(request, asked);
        } else if (!related.onRequest(asked)) {
            asked.refuse(new GatewayException(ErrorCode.CANCELLED, "The call that this belongs to is over."));
        }
    }

    /**
     * The call to which a request belongs that came beside all calls, as on standard streams: only if there is no doubt.
     * That is the only one under way, or, of several of a client that can be asked in the answer to a call alone, the only
     * one that does not wait for answers already. Between two a guess could ask one program what another's call needs. What a
     * task wants to know belongs to the call that waits for its result.
     */
    private @Nullable PendingCall onlyCall(Message question) {
        if (session.isShared()) {
            return null;
        }
        List<PendingCall> underWay = new ArrayList<>(2);
        for (PendingCall call : context.table().all()) {
            if (call.isOn(session) && !call.isOver()) {
                underWay.add(call);
            }
        }
        JsonSlice task = taskOf(question);
        if (task != null) {
            underWay.removeIf(call -> !isFor(task, call));
        }
        if (underWay.size() > 1) {
            underWay.removeIf(call -> !call.isOfModernClient() || waitsForAnswers(call));
        }
        return underWay.size() == 1 ? underWay.get(0) : null;
    }

    /** The id of the task that a question relates to (MCP 2025-11-25, Tasks, Related Task Metadata); null if to none. */
    private static @Nullable JsonSlice taskOf(Message question) {
        return RelatedTask.idIn(question.get(Field.META));
    }

    private static boolean isFor(JsonSlice task, PendingCall call) {
        JsonSlice params = call.message().get(Field.PARAMS);
        return call.message().method().equals("tasks/result") && params != null && task.equals(params.member("taskId"));
    }

    private boolean waitsForAnswers(PendingCall call) {
        return open.values().stream().anyMatch(asked -> asked.call == call);
    }

    /** To whoever hears what is asked outside any call. */
    private void handOver(Message request, Asked asked) {
        try {
            context.listener().onRequest(session.service(), session.owner(), request, asked);
        } catch (RuntimeException defect) {
            LOG.error("The listener for requests failed: service={}", session.service(), defect);
            asked.refuse(GatewayException.of(defect));
        }
    }

    /** The server does not want an answer any more; false if it was no request of the server's. */
    boolean withdraw(Message cancelled) {
        var id = cancelled.get(Field.CANCELLED_ID);
        Asked asked = id == null ? null : open.remove(new RequestId(id.toString()));
        if (asked == null) {
            return false;
        }
        asked.callOffLimit();
        asked.withdrawal.withdraw("the server cancelled its request");
        return true;
    }

    /** Refuses what the server asked during this call. */
    void callEnded(PendingCall call) {
        if (open.isEmpty()) {
            return;
        }
        for (Asked asked : open.values()) {
            if (asked.call == call && asked.end()) {
                session.reply(Messages.error(
                        asked.request.requireId(),
                        new GatewayException(ErrorCode.CANCELLED, "The call that this belonged to is over.")));
                asked.withdrawal.withdraw("the call that it belonged to is over");
            }
        }
    }

    /** Nobody can be answered any more. */
    void sessionEnded() {
        for (Asked asked : open.values()) {
            if (asked.end()) {
                asked.withdrawal.withdraw("the conversation with the server has ended");
            }
        }
    }

    /** One request of the server that waits for its answer. */
    final class Asked implements ReverseAnswer {
        private final Message request;
        private final @Nullable PendingCall call;
        private final Withdrawal withdrawal = new Withdrawal();
        private volatile Timers.@Nullable Cancellable limit;

        private Asked(Message request, @Nullable PendingCall call) {
            this.request = request;
            this.call = call;
        }

        Message request() {
            return request;
        }

        /** False if it was over already. */
        private boolean end() {
            boolean mine = open.remove(request.requireId(), this);
            callOffLimit();
            return mine;
        }

        private void callOffLimit() {
            Timers.Cancellable running = limit;
            if (running != null) {
                running.cancel();
            }
        }

        @Override
        public void answer(Message answer) {
            if (end()) {
                session.reply(answer.with(Field.ID, request.requireId().toBytes()));
                goOn();
            }
        }

        @Override
        public void refuse(GatewayException reason) {
            if (end()) {
                session.reply(Messages.error(request.requireId(), reason));
                goOn();
            }
        }

        /** A question outside any call has no other time limit. */
        private void expire() {
            if (end()) {
                session.reply(Messages.error(
                        request.requireId(),
                        new GatewayException(ErrorCode.CALL_TIMEOUT, "The client did not answer in time.")));
                withdrawal.withdraw("it was not answered in time");
            }
        }

        /** With everything answered the server works on, and has the full time again. */
        private void goOn() {
            if (call != null && !waitsForAnswers(call)) {
                call.reverseAnswered();
            }
        }

        @Override
        public void tell(Message notification) {
            var token = request.get(Field.PROGRESS_TOKEN);
            if (open.get(request.requireId()) != this) {
                return;
            }
            if (!notification.has(Field.PROGRESS)) {
                session.notify(notification);
            } else if (token != null) {
                session.notify(Message.parse(notification.with(Field.PROGRESS, token.toBytes())));
            }
        }

        @Override
        public void onWithdrawn(Consumer<String> then) {
            withdrawal.then(then);
        }
    }
}
