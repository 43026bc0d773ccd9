package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.ClientAbilities;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.LogLevel;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RelatedTask;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.upstream.Call;
import io.forgemcp.gateway.upstream.CallListener;
import io.forgemcp.gateway.upstream.ReverseAnswer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One call of a modern client, which may last longer than the request that began it: when the server asks something, the
 * request is answered with the question, and the call waits until the client comes back with the same request and the
 * answer. Exactly one request at a time is attached to it, or none while it waits.
 */
final class ModernCall implements CallListener, Questions.Waiting {
    private static final RequestId ANY = RequestId.of(1);

    private final ModernRequest first;
    private final Questions questions;
    private final UnaryOperator<Message> readable;
    private final Runnable onEnd;
    /** What the server has asked and nobody has answered yet, in the order of asking. */
    private final Map<String, Asked> open = new LinkedHashMap<>();

    private ModernRequest request;
    private @Nullable ModernReply reply;
    private @Nullable Call call;
    private @Nullable Object held;
    private boolean over;
    private boolean gone;
    private int asked;

    private record Asked(InputRequired.Question question, ReverseAnswer way) {}

    /**
     * @param readable makes an answer lead its reader to the right server
     * @param onEnd runs once, when the call is over
     */
    ModernCall(
            ModernRequest request,
            ModernReply reply,
            Questions questions,
            UnaryOperator<Message> readable,
            Runnable onEnd) {
        this.first = request;
        this.request = request;
        this.reply = reply;
        this.questions = questions;
        this.readable = readable;
        this.onEnd = onEnd;
    }

    /** The call is under way; its client may have gone meanwhile. */
    void began(Call started) {
        boolean late;
        synchronized (this) {
            call = started;
            late = gone;
        }
        if (late) {
            started.cancel("the client closed its request");
        } else {
            watch();
        }
    }

    private void watch() {
        ModernReply current;
        synchronized (this) {
            current = reply;
        }
        if (current != null) {
            current.onGone(() -> onGone(current));
        }
    }

    private void onGone(ModernReply whose) {
        Call current;
        synchronized (this) {
            if (reply != whose || over) {
                return;
            }
            gone = true;
            current = call;
        }
        if (current != null) {
            current.cancel("the client closed its request");
        }
    }

    @Override
    public void onNotification(Message notification) {
        ModernReply to;
        ModernRequest current;
        synchronized (this) {
            to = reply;
            current = request;
        }
        // Between two requests there is nobody to tell.
        byte[] json = to == null ? null : fit(RelatedTask.renamedIn(notification, original -> null), current);
        if (to != null && json != null) {
            to.notification(json);
        }
    }

    /** The notification as this request may hear it; null if it may not. */
    private byte @Nullable [] fit(Message notification, ModernRequest current) {
        switch (notification.method()) {
            case "notifications/message" -> {
                LogLevel wanted = current.meta().logLevel();
                JsonSlice params = notification.get(Field.PARAMS);
                String level = params == null ? null : params.textMember("level");
                boolean loud = wanted != null
                        && (level == null
                                || LogLevel.find(level)
                                        .map(known -> known.isAtLeast(wanted))
                                        .orElse(true));
                return loud ? notification.bytes() : null;
            }
            case "notifications/progress" -> {
                JsonSlice token = current.message().get(Field.PROGRESS_TOKEN);
                if (current == first || token == null) {
                    return token == null ? null : notification.bytes();
                }
                return notification.has(Field.PROGRESS)
                        ? notification.with(Field.PROGRESS, token.toBytes())
                        : notification.bytes();
            }
            case "notifications/resources/updated",
                    "notifications/elicitation/complete",
                    "notifications/cancelled",
                    "notifications/tasks/status" -> {
                return null;
            }
            default -> {
                return notification.bytes();
            }
        }
    }

    @Override
    public void onRequest(Message asking, ReverseAnswer way) {
        String method = asking.method();
        JsonSlice params = asking.get(Field.PARAMS);
        if (!ClientAbilities.isQuestion(method)
                || ClientAbilities.missing(first.meta().capabilities(), method, params) != null) {
            way.refuse(new GatewayException(
                    ErrorCode.METHOD_NOT_FOUND,
                    "The client of this call has not declared that it answers " + method + "."));
            return;
        }
        String key;
        synchronized (this) {
            key = over || gone ? null : "input_" + ++asked;
            if (key != null) {
                JsonSlice own = params == null ? null : RelatedTask.removedFrom(params);
                open.put(key, new Asked(InputRequired.Question.ofOlder(method, own), way));
            }
        }
        if (key == null) {
            way.refuse(new GatewayException(ErrorCode.CANCELLED, "The caller gave up."));
            return;
        }
        String withdrawn = key;
        way.onWithdrawn(reason -> {
            synchronized (this) {
                open.remove(withdrawn);
            }
        });
        ask();
    }

    /** Answers the attached request, if there is one, with everything that is asked. */
    private void ask() {
        ModernReply to;
        RequestId id;
        Map<String, InputRequired.Question> asking = new LinkedHashMap<>();
        synchronized (this) {
            to = reply;
            if (to == null || open.isEmpty()) {
                return;
            }
            id = request.id();
            open.forEach((key, one) -> asking.put(key, one.question()));
            reply = null;
        }
        String state;
        try {
            state = questions.park(this, first.binding());
        } catch (GatewayException full) {
            abandon("too many calls wait for their clients");
            ModernErrors.refuse(to, id, full);
            return;
        }
        to.answer(200, InputRequired.answer(id, asking, state));
    }

    /** The client comes back with answers. */
    void resume(ModernRequest retry, ModernReply to) {
        JsonSlice responses = retry.parameter("inputResponses");
        List<Runnable> answers = new ArrayList<>();
        Object ready;
        synchronized (this) {
            request = retry;
            reply = to;
            ready = held;
            held = null;
            open.entrySet().removeIf(one -> {
                JsonSlice response = responses == null ? null : responses.member(one.getKey());
                if (response == null || !response.isObject()) {
                    return false;
                }
                Message answer = Message.parse(Messages.result(ANY, response.toBytes()));
                answers.add(() -> one.getValue().way().answer(answer));
                return true;
            });
        }
        watch();
        if (ready != null) {
            deliver(ready);
            return;
        }
        // What was not answered is asked again at once; the answers that came go on their way all the same.
        ask();
        answers.forEach(Runnable::run);
    }

    @Override
    public void onAnswer(Message answer) {
        end(answer);
    }

    @Override
    public void onFailure(GatewayException failure) {
        end(failure);
    }

    private void end(Object outcome) {
        boolean attached;
        synchronized (this) {
            over = true;
            open.clear();
            attached = reply != null;
            if (!attached) {
                held = outcome;
            }
        }
        onEnd.run();
        if (attached) {
            deliver(outcome);
        }
    }

    private void deliver(Object outcome) {
        ModernReply to;
        ModernRequest current;
        synchronized (this) {
            to = reply;
            current = request;
            reply = null;
        }
        if (to == null) {
            return;
        }
        if (outcome instanceof Message answer) {
            answered(current, answer, to);
        } else if (outcome instanceof GatewayException failure) {
            if (failure.code() == ErrorCode.CANCELLED) {
                to.nothing();
            } else {
                ModernErrors.refuse(to, current.id(), failure);
            }
        }
    }

    private void answered(ModernRequest current, Message answer, ModernReply to) {
        if (UrlElicitation.isAskedFor(answer)) {
            UrlElicitation.ask(current, answer, questions, to);
        } else {
            ServerAnswer fitted = ServerAnswer.of(current, readable.apply(answer));
            to.answer(fitted.status(), fitted.json());
        }
    }

    /** Nobody came back with an answer, or nobody can any more. */
    @Override
    public void abandon(String reason) {
        Call current;
        List<Asked> left;
        synchronized (this) {
            current = call;
            left = new ArrayList<>(open.values());
            open.clear();
        }
        for (Asked unanswered : left) {
            unanswered.way().refuse(new GatewayException(ErrorCode.CANCELLED, "No answer: " + reason + "."));
        }
        if (current != null) {
            current.cancel(reason);
        }
    }
}
