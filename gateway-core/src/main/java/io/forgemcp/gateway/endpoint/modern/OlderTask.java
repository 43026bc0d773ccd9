package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.endpoint.CallPath;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.ClientAbilities;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RelatedTask;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.upstream.Call;
import io.forgemcp.gateway.upstream.CallListener;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.upstream.ReverseAnswer;
import io.forgemcp.gateway.upstream.UpstreamRequest;
import io.forgemcp.gateway.virtualserver.Route;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A task of a server with sessions (MCP 2025-11-25, Tasks) in the words of the extension that modern clients know: the
 * result is fetched when the task has ended, and with it come the questions of the server while it wants input. It lasts
 * no longer than the conversation in which it was begun. Thread-safe; never blocks.
 */
final class OlderTask implements CallListener {
    private static final Set<String> RENAMED = Set.of("taskId", "ttl", "pollInterval");
    private static final RequestId ANY = RequestId.of(1);
    /** A server that wants input says what as soon as somebody waits for the result. */
    private static final Duration UNTIL_ASKED = Duration.ofSeconds(2);

    private static final Duration LONGEST = Duration.ofHours(24);

    private final CallPath path;
    private final ClientProfile profile;
    private final JsonSlice capabilities;
    private final Route route;
    private final String original;
    private final Timers timers;
    private final Duration timeout;
    /** What the server wants to know, in the order of asking. */
    private final Map<String, Asked> open = new LinkedHashMap<>();
    /** Run when something is asked, and when there will be no more. */
    private final List<Runnable> waiting = new ArrayList<>();

    private int asked;
    private boolean fetching;
    private boolean closed;
    private @Nullable Call fetch;
    /** The members of the state that say how it ended; null before. */
    private @Nullable Outcome outcome;

    private record Asked(InputRequired.Question question, ReverseAnswer way) {}

    private record Outcome(String status, String member, JsonSlice value) {}

    /** Hears the state of the task, or that there is none. */
    interface Told {
        /** @param state as the extension has it, under the server's own id */
        void state(JsonSlice state);

        /** The server's error, or the gateway's own. */
        void failed(Message error);
    }

    /**
     * @param capabilities what the client declared with the call
     * @param original the server's id of the task
     */
    OlderTask(
            CallPath path,
            ClientProfile profile,
            JsonSlice capabilities,
            Route route,
            String original,
            Timers timers,
            Duration timeout) {
        this.path = path;
        this.profile = profile;
        this.capabilities = capabilities.detached();
        this.route = route;
        this.original = original;
        this.timers = timers;
        this.timeout = timeout;
    }

    /** The call as one that its server is to run as a task. */
    static Message asked(Message call) {
        JsonSlice params = call.get(Field.PARAMS);
        return params == null
                ? call
                : Message.parse(call.with(
                        Field.PARAMS,
                        params.withMember("task", new byte[] {'{', '}'}).toBytes()));
    }

    /**
     * The result that tells of a task which was begun, under the server's own id.
     *
     * @param result of the call as its server gave it
     * @param task the member of it that has the state
     */
    static JsonSlice begun(JsonSlice result, JsonSlice task) {
        JsonSlice meta = RelatedTask.removedFrom(result).member("_meta");
        JsonSlice told = renamed(task, "task");
        return meta == null ? told : told.withMember("_meta", meta.toBytes());
    }

    private static JsonSlice renamed(JsonSlice state, String resultType) {
        JsonSlice ttl = state.member("ttl");
        JsonSlice pause = state.member("pollInterval");
        JsonSlice id = state.member("taskId");
        JsonSlice renamed =
                RelatedTask.removedFrom(state).without(RENAMED).withMember("resultType", JsonText.quote(resultType));
        if (id != null) {
            renamed = renamed.withMember("taskId", id.toBytes());
        }
        renamed = renamed.withMember("ttlMs", ttl == null ? ascii("null") : ttl.toBytes());
        return pause == null ? renamed : renamed.withMember("pollIntervalMs", pause.toBytes());
    }

    /** Asks how it stands. */
    void get(Told told) {
        ask("tasks/get", answer -> {
            JsonSlice state = answer.get(Field.RESULT);
            if (state == null || !state.isObject()) {
                told.failed(answer);
                return;
            }
            switch (String.valueOf(state.textMember("status"))) {
                case "completed", "failed" -> whenFetched(() -> ended(renamed(state, "complete"), told));
                case "input_required" -> whenAsked(() -> wanting(renamed(state, "complete"), told));
                default -> told.state(renamed(state, "complete"));
            }
        });
    }

    private void ended(JsonSlice state, Told told) {
        Outcome how;
        synchronized (this) {
            how = outcome;
        }
        if (how == null) {
            told.failed(
                    error("Service \"" + route.service() + "\" did not hand over the result of the task. Ask again."));
        } else {
            told.state(state.withMember("status", JsonText.quote(how.status()))
                    .withMember(how.member(), how.value().toBytes()));
        }
    }

    private void wanting(JsonSlice state, Told told) {
        String questions;
        Outcome how;
        synchronized (this) {
            Map<String, InputRequired.Question> asking = new LinkedHashMap<>();
            open.forEach((key, one) -> asking.put(key, one.question()));
            questions = asking.isEmpty() ? null : InputRequired.questions(asking);
            how = outcome;
        }
        if (how != null) {
            ended(state, told);
        } else if (questions == null) {
            // It is about to ask, or has just been answered.
            told.state(state.withMember("status", ascii("\"working\"")));
        } else {
            told.state(state.withMember("inputRequests", questions.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private void whenFetched(Runnable action) {
        boolean known;
        synchronized (this) {
            known = outcome != null;
            if (!known) {
                waiting.add(action);
            }
        }
        if (known) {
            action.run();
        } else {
            fetch();
        }
    }

    private void whenAsked(Runnable action) {
        boolean known;
        Runnable once = once(action);
        synchronized (this) {
            known = outcome != null || !open.isEmpty();
            if (!known) {
                waiting.add(once);
            }
        }
        if (known) {
            once.run();
        } else {
            timers.schedule(UNTIL_ASKED, once);
            fetch();
        }
    }

    private Runnable once(Runnable action) {
        boolean[] done = new boolean[1];
        return () -> {
            boolean first;
            synchronized (this) {
                first = !done[0];
                done[0] = true;
            }
            if (first) {
                action.run();
            }
        };
    }

    /** Waits for the result at the server, on the way on which it asks too. */
    private void fetch() {
        synchronized (this) {
            if (fetching || closed) {
                return;
            }
            fetching = true;
        }
        Call started = path.send(profile, route, new UpstreamRequest(about("tasks/result"), null, LONGEST), this);
        boolean late;
        synchronized (this) {
            fetch = started;
            late = closed;
        }
        if (late) {
            started.cancel("the task is not wanted any more");
        }
    }

    @Override
    public void onRequest(Message question, ReverseAnswer way) {
        String method = question.method();
        JsonSlice params = question.get(Field.PARAMS);
        if (!ClientAbilities.isQuestion(method) || ClientAbilities.missing(capabilities, method, params) != null) {
            way.refuse(new GatewayException(
                    ErrorCode.METHOD_NOT_FOUND,
                    "The client of this task has not declared that it answers " + method + "."));
            return;
        }
        String key;
        synchronized (this) {
            key = "input_" + ++asked;
            JsonSlice own =
                    params == null ? null : RelatedTask.removedFrom(params).detached();
            open.put(key, new Asked(InputRequired.Question.ofOlder(method, own), way));
        }
        way.onWithdrawn(reason -> {
            synchronized (this) {
                open.remove(key);
            }
        });
        goOn();
    }

    @Override
    public void onAnswer(Message answer) {
        JsonSlice result = answer.get(Field.RESULT);
        JsonSlice error = answer.get(Field.ERROR);
        synchronized (this) {
            fetching = false;
            fetch = null;
            open.clear();
            if (result != null && result.isObject()) {
                // A tool that fails has run to its end: only the protocol can fail a task.
                outcome = new Outcome(
                        "completed", "result", RelatedTask.removedFrom(result).detached());
            } else if (error != null) {
                outcome = new Outcome("failed", "error", error.detached());
            }
        }
        goOn();
    }

    @Override
    public void onFailure(GatewayException failure) {
        synchronized (this) {
            fetching = false;
            fetch = null;
            open.clear();
        }
        goOn();
    }

    private void goOn() {
        List<Runnable> actions;
        synchronized (this) {
            actions = List.copyOf(waiting);
            waiting.clear();
        }
        actions.forEach(Runnable::run);
    }

    /** Brings the server what it has asked for; answers to nothing are ignored. */
    void update(JsonSlice responses) {
        List<Runnable> answers = new ArrayList<>();
        synchronized (this) {
            responses.members((key, response) -> {
                Asked one = response.isObject() ? open.remove(key) : null;
                if (one != null) {
                    Message answer = Message.parse(Messages.result(ANY, response.toBytes()));
                    answers.add(() -> one.way().answer(answer));
                }
            });
        }
        answers.forEach(Runnable::run);
    }

    /** Ends it; one that has ended already is left as it is. */
    void cancel(Runnable done, Consumer<Message> refused) {
        ask("tasks/cancel", answer -> {
            if (answer.get(Field.RESULT) != null) {
                done.run();
            } else {
                // Of these revisions, a task that has ended cannot be cancelled.
                ask("tasks/get", known -> {
                    if (known.get(Field.RESULT) != null) {
                        done.run();
                    } else {
                        refused.accept(answer);
                    }
                });
            }
        });
    }

    /** Nobody will ask any more. */
    void close() {
        Call current;
        synchronized (this) {
            closed = true;
            current = fetch;
            open.clear();
        }
        if (current != null) {
            current.cancel("the task is not wanted any more");
        }
        goOn();
    }

    private Message about(String method) {
        return Messages.request(
                ANY,
                method,
                ("{\"taskId\":" + new String(JsonText.quote(original), StandardCharsets.UTF_8) + "}")
                        .getBytes(StandardCharsets.UTF_8));
    }

    private void ask(String method, Consumer<Message> then) {
        path.send(profile, route, new UpstreamRequest(about(method), null, timeout), new CallListener() {
            @Override
            public void onAnswer(Message answer) {
                then.accept(answer);
            }

            @Override
            public void onFailure(GatewayException failure) {
                then.accept(Message.parse(Messages.error(ANY, failure)));
            }
        });
    }

    private static Message error(String text) {
        return Message.parse(Messages.error(ANY, new GatewayException(ErrorCode.UPSTREAM_PROTOCOL, text)));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
