package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.ClientAbilities;
import io.forgemcp.gateway.protocol.ElicitationIds;
import io.forgemcp.gateway.protocol.Era;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.time.Timers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A modern server asks in its result; a client with sessions is asked by requests. So the gateway asks the client, waits
 * for its answers and makes the call again with them, until the server is content (MCP 2026-07-28, Multi Round-Trip
 * Requests). The client sees one call that takes its time.
 */
final class InputRounds implements CallListener, Call {
    private static final int MAX_ROUNDS = 8;
    private static final Set<String> RETRY = Set.of("inputResponses", "requestState");

    private final UpstreamRequest request;
    private final ClientProfile profile;
    private final CallListener listener;
    private final BiFunction<UpstreamRequest, CallListener, Call> sender;
    private final Timers timers;
    private final Duration patience;
    private final Duration pause;
    private final List<Question> open = new ArrayList<>();
    private int rounds;
    private boolean over;
    private @Nullable Call current;
    private Timers.@Nullable Cancellable deadline;

    /**
     * @param request as the client made it
     * @param sender makes a call again
     * @param patience how long the client may take for the answers of one round
     * @param pause before a call is made again for which nothing had to be asked
     */
    InputRounds(
            UpstreamRequest request,
            ClientProfile profile,
            CallListener listener,
            BiFunction<UpstreamRequest, CallListener, Call> sender,
            Timers timers,
            Duration patience,
            Duration pause) {
        this.request = request;
        this.profile = profile;
        this.listener = listener;
        this.sender = sender;
        this.timers = timers;
        this.patience = patience;
        this.pause = pause;
    }

    /** Whether this answer is a question that its client could not understand. */
    static boolean isFor(ClientProfile profile, Message answer) {
        if (profile.version().era() == Era.MODERN) {
            return false;
        }
        JsonSlice result = answer.get(Field.RESULT);
        return result != null && "input_required".equals(result.textMember("resultType"));
    }

    @Override
    public void onNotification(Message notification) {
        listener.onNotification(notification);
    }

    @Override
    public void onAnswer(Message answer) {
        if (isFor(profile, answer)) {
            next(answer);
        } else if (end()) {
            listener.onAnswer(answer);
        }
    }

    @Override
    public void onFailure(GatewayException failure) {
        if (end()) {
            // The server has worked on the call already.
            listener.onFailure(Undelivered.ofPart(failure));
        }
    }

    /** The server wants more before it goes on. */
    void next(Message answer) {
        JsonSlice result = answer.get(Field.RESULT);
        JsonSlice asked = result == null ? null : result.member("inputRequests");
        JsonSlice state = result == null ? null : result.member("requestState");
        if (++rounds > MAX_ROUNDS) {
            fail("the server asked " + MAX_ROUNDS + " times and wants to ask again");
            return;
        }
        Map<String, JsonSlice> questions = new LinkedHashMap<>();
        if (asked != null) {
            asked.members(questions::put);
        }
        String complaint = complaint(questions);
        if (complaint != null) {
            fail(complaint);
        } else if (!questions.isEmpty()) {
            ask(questions, state);
        } else if (state != null) {
            timers.schedule(pause, () -> retry(state, "{}"));
        } else {
            fail("the server did not say what it wants to know");
        }
    }

    private @Nullable String complaint(Map<String, JsonSlice> questions) {
        for (JsonSlice question : questions.values()) {
            String method = question.textMember("method");
            if (method == null || !ClientAbilities.isQuestion(method)) {
                return "the server asked something that MCP does not know: " + method;
            }
            String missing = ClientAbilities.missing(profile.capabilities(), method, question.member("params"));
            if (missing != null) {
                return "the server needs " + method + " of its client, and the client has not declared " + missing;
            }
        }
        return null;
    }

    private void ask(Map<String, JsonSlice> questions, @Nullable JsonSlice state) {
        Round round = new Round(state, questions.size());
        List<Question> asking = new ArrayList<>();
        synchronized (this) {
            if (over) {
                return;
            }
            questions.keySet().forEach(key -> asking.add(new Question(key, round)));
            open.addAll(asking);
            deadline = timers.schedule(
                    patience, () -> fail("the client did not answer within " + patience.toSeconds() + " s"));
        }
        for (Question question : asking) {
            JsonSlice wanted = questions.get(question.key);
            String method = wanted == null ? null : wanted.textMember("method");
            JsonSlice params = wanted == null ? null : wanted.member("params");
            if (method != null) {
                listener.onRequest(Messages.request(RequestId.of(question.key), method, params(params)), question);
            }
        }
    }

    private static byte @Nullable [] params(@Nullable JsonSlice params) {
        return params == null ? null : ElicitationIds.in(params).toBytes();
    }

    private void retry(@Nullable JsonSlice state, String responses) {
        Message message = request.message();
        JsonSlice params = message.get(Field.PARAMS);
        JsonSlice fresh = (params == null ? JsonSlice.parse("{}") : params.without(RETRY))
                .withMember("inputResponses", responses.getBytes(StandardCharsets.UTF_8));
        if (state != null) {
            fresh = fresh.withMember("requestState", state.toBytes());
        }
        Message again = Message.parse(message.with(Field.PARAMS, fresh.toBytes()));
        synchronized (this) {
            if (over) {
                return;
            }
        }
        Call sent =
                sender.apply(new UpstreamRequest(again, request.name(), request.timeout(), request.parameters()), this);
        boolean late;
        synchronized (this) {
            current = sent;
            late = over;
        }
        if (late) {
            sent.cancel("the caller gave up");
        }
    }

    private void fail(String why) {
        if (end()) {
            listener.onFailure(
                    new GatewayException(ErrorCode.ANSWER_NOT_OBTAINED, "The call was not finished: " + why + "."));
        }
    }

    @Override
    public void cancel(@Nullable String reason) {
        Call under;
        synchronized (this) {
            under = current;
        }
        if (end()) {
            if (under != null) {
                under.cancel(reason);
            }
            listener.onFailure(new GatewayException(ErrorCode.CANCELLED, "The call was cancelled."));
        }
    }

    /** False if it was over already. What is still asked is taken back. */
    private boolean end() {
        List<Question> left;
        synchronized (this) {
            if (over) {
                return false;
            }
            over = true;
            left = new ArrayList<>(open);
            open.clear();
            callOff();
        }
        left.forEach(question -> question.withdrawal.withdraw("the call is over"));
        return true;
    }

    private void callOff() {
        if (deadline != null) {
            deadline.cancel();
            deadline = null;
        }
    }

    /** What is asked at one time. */
    private static final class Round {
        private final @Nullable JsonSlice state;
        private final Map<String, String> answers = new LinkedHashMap<>();
        private final int expected;

        private Round(@Nullable JsonSlice state, int expected) {
            this.state = state;
            this.expected = expected;
        }
    }

    /** One thing that the client is asked. */
    private final class Question implements ReverseAnswer {
        private final String key;
        private final Round round;
        private final Withdrawal withdrawal = new Withdrawal();

        private Question(String key, Round round) {
            this.key = key;
            this.round = round;
        }

        @Override
        public void answer(Message answer) {
            JsonSlice result = answer.get(Field.RESULT);
            if (result == null) {
                JsonSlice error = answer.get(Field.ERROR);
                fail("the client refused to answer: " + (error == null ? "no reason given" : error));
                return;
            }
            String responses = null;
            synchronized (InputRounds.this) {
                if (!open.remove(this)) {
                    return;
                }
                round.answers.put(key, result.toString());
                if (round.answers.size() == round.expected) {
                    callOff();
                    responses = responses(round.answers);
                }
            }
            if (responses != null) {
                retry(round.state, responses);
            }
        }

        @Override
        public void refuse(GatewayException reason) {
            fail("the client could not be asked: " + reason.clause());
        }

        @Override
        public void onWithdrawn(java.util.function.Consumer<String> then) {
            withdrawal.then(then);
        }
    }

    private static String responses(Map<String, String> answers) {
        StringBuilder json = new StringBuilder("{");
        answers.forEach((key, answer) -> json.append(json.length() == 1 ? "" : ",")
                .append(new String(JsonText.quote(key), StandardCharsets.UTF_8))
                .append(':')
                .append(answer));
        return json.append('}').toString();
    }
}
