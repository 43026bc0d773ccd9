package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.ClientAbilities;
import io.forgemcp.gateway.protocol.ElicitationIds;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RelatedTask;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.upstream.CallListener;
import io.forgemcp.gateway.upstream.ReverseAnswer;
import io.forgemcp.gateway.upstream.Withdrawal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one running task of a server without sessions wants to know, as requests to its client. Each is made once, however
 * often the server repeats that it waits: keys are unique as long as the task lasts. Thread-safe.
 */
final class TaskQuestions {
    private final @Nullable String task;
    private final BiConsumer<String, JsonSlice> answers;
    private final Consumer<GatewayException> failures;
    private final Map<String, Question> asked = new HashMap<>();

    /**
     * @param task the server's id of the task, mentioned with each question; null to mention none
     * @param answers takes the client's answer to the question with this key
     * @param failures hears that there will be no answer, and why
     */
    TaskQuestions(@Nullable String task, BiConsumer<String, JsonSlice> answers, Consumer<GatewayException> failures) {
        this.task = task;
        this.answers = answers;
        this.failures = failures;
    }

    /**
     * Asks what has not been asked yet.
     *
     * @param wanted the questions by their keys
     * @param client brings them to the client
     */
    void ask(JsonSlice wanted, CallListener client) {
        if (wanted.isObject()) {
            wanted.members((key, question) -> ask(key, question, client));
        }
    }

    private void ask(String key, JsonSlice wanted, CallListener client) {
        Question question = new Question(key, client);
        synchronized (asked) {
            if (asked.putIfAbsent(key, question) != null) {
                return;
            }
        }
        String method = wanted.isObject() ? wanted.textMember("method") : null;
        if (method == null || !ClientAbilities.isQuestion(method)) {
            question.failed("the server asked something that MCP does not know: " + method);
            return;
        }
        JsonSlice params = wanted.member("params");
        JsonSlice told = ElicitationIds.in(params == null || !params.isObject() ? JsonSlice.parse("{}") : params);
        client.onRequest(
                Messages.request(RequestId.of(key), method, related(told).toBytes()), question);
    }

    /** The object with a mention of the task if there is to be one, and with none of another. */
    JsonSlice related(JsonSlice object) {
        return task == null ? RelatedTask.removedFrom(object) : RelatedTask.addedTo(object, task);
    }

    /** Takes back whatever is open. */
    void withdraw(String reason) {
        withdraw(null, reason);
    }

    /**
     * Takes back what is open. It is asked again when somebody else waits.
     *
     * @param client whose questions; null for everybody's
     */
    void withdraw(@Nullable CallListener client, String reason) {
        List<Question> open;
        synchronized (asked) {
            open = asked.values().stream()
                    .filter(question -> !question.answered && (client == null || question.client == client))
                    .toList();
            open.forEach(question -> asked.remove(question.key));
        }
        open.forEach(question -> question.withdrawal.withdraw(reason));
    }

    /** One thing that the client is asked. */
    private final class Question implements ReverseAnswer {
        private final String key;
        private final CallListener client;
        private boolean answered;
        private final Withdrawal withdrawal = new Withdrawal();

        private Question(String key, CallListener client) {
            this.key = key;
            this.client = client;
        }

        @Override
        public void answer(Message answer) {
            JsonSlice result = answer.get(Field.RESULT);
            if (result == null) {
                JsonSlice error = answer.get(Field.ERROR);
                failed("the client refused to answer: " + (error == null ? "no reason given" : error));
                return;
            }
            synchronized (asked) {
                if (answered || asked.get(key) != this) {
                    return;
                }
                answered = true;
            }
            answers.accept(key, RelatedTask.removedFrom(result));
        }

        @Override
        public void refuse(GatewayException reason) {
            failed("the client could not be asked: " + reason.clause());
        }

        private void failed(String why) {
            synchronized (asked) {
                if (!asked.remove(key, this)) {
                    return;
                }
            }
            failures.accept(new GatewayException(
                    ErrorCode.ANSWER_NOT_OBTAINED,
                    "The task waits for an answer: " + why + ". Ask for its result again, or cancel it."));
        }

        @Override
        public void onWithdrawn(Consumer<String> then) {
            withdrawal.then(then);
        }
    }
}
