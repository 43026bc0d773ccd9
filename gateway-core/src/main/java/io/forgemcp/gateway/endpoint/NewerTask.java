package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.upstream.Call;
import io.forgemcp.gateway.upstream.CallListener;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.upstream.UpstreamRequest;
import io.forgemcp.gateway.virtualserver.Route;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A task that a server without sessions runs (extension {@code io.modelcontextprotocol/tasks}). While somebody waits for
 * its result the gateway asks for its state, as often as the server wishes, and brings what the task wants to know to the
 * client. Thread-safe; never blocks.
 */
final class NewerTask implements BridgedTask {
    private static final RequestId ANY = RequestId.of(1);
    private static final Duration USUAL_PAUSE = Duration.ofSeconds(1);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    /** A client that has gone without a word, and a task that never ends, do not keep the gateway asking for ever. */
    private static final Duration LONGEST_WAIT = Duration.ofHours(24);

    private final CallPath path;
    private final ClientProfile profile;
    private final Route route;
    private final String original;
    private final @Nullable Consumer<JsonSlice> seen;
    private final Timers timers;
    private final Duration timeout;
    private final TaskQuestions questions;
    private final List<Waiter> waiting = new ArrayList<>();
    private boolean asking;
    private long since;
    /** Counts the times at which the first of some began to wait, so that no more than one loop asks. */
    private int loop;

    /** Stays as it is from the moment at which the client cancelled it, whatever its server goes on to do; null before. */
    private @Nullable JsonSlice cancelled;

    /**
     * @param original the server's id of the task
     * @param seen hears, in the words of clients with sessions, how it stands whenever that is asked while somebody waits;
     *     null if the client does not know that there is a task: then questions do not mention it either
     * @param timeout how long the server may take to answer
     */
    NewerTask(
            CallPath path,
            ClientProfile profile,
            Route route,
            String original,
            @Nullable Consumer<JsonSlice> seen,
            Timers timers,
            Duration timeout) {
        this.path = path;
        this.profile = profile;
        this.route = route;
        this.original = original;
        this.seen = seen;
        this.timers = timers;
        this.timeout = timeout;
        this.questions = new TaskQuestions(seen == null ? null : original, this::answered, this::fail);
    }

    @Override
    public Call get(CallListener listener) {
        JsonSlice ended = cancelled();
        if (ended != null) {
            listener.onAnswer(TaskWords.answer(ended));
            return reason -> {};
        }
        return ask("tasks/get", "", listener::onFailure, answer -> {
            JsonSlice state = TaskWords.stateIn(answer);
            listener.onAnswer(state == null ? answer : TaskWords.answer(TaskWords.state(state, timers.now())));
        });
    }

    @Override
    public Call cancel(CallListener listener) {
        // Of this generation a task that has ended cannot be cancelled; of its server's, nobody is told.
        return get(new Relay(listener) {
            @Override
            public void onAnswer(Message answer) {
                JsonSlice state = TaskWords.stateIn(answer);
                if (state == null) {
                    listener.onAnswer(answer);
                } else if (TaskWords.isFinal(state)) {
                    listener.onAnswer(TaskWords.refusal(ErrorCode.INVALID_PARAMS, "The task has ended already."));
                } else {
                    cancel(state, listener);
                }
            }
        });
    }

    private void cancel(JsonSlice state, CallListener listener) {
        ask("tasks/cancel", "", listener::onFailure, answer -> {
            if (answer.get(Field.RESULT) == null) {
                listener.onAnswer(answer);
                return;
            }
            JsonSlice ended = TaskWords.cancelled(state, timers.now()).detached();
            synchronized (this) {
                cancelled = ended;
            }
            listener.onAnswer(TaskWords.answer(ended));
            finish(NewerTask::noResult);
        });
    }

    /** Whoever called for it has gone: its server is told, and nobody hears of it any more. */
    void abandon() {
        ask("tasks/cancel", "", failure -> {}, answer -> {});
    }

    @Override
    public Call result(CallListener listener) {
        Waiter waiter = new Waiter(listener);
        boolean first;
        int mine;
        synchronized (this) {
            waiting.add(waiter);
            first = !asking;
            asking = true;
            if (first) {
                since = timers.nanoTime();
                loop++;
            }
            mine = loop;
        }
        if (first) {
            look(mine);
        }
        return waiter;
    }

    private void look(int mine) {
        synchronized (this) {
            if (mine != loop || !asking) {
                return;
            }
            if (waiting.isEmpty()) {
                asking = false;
                return;
            }
        }
        if (cancelled() != null) {
            finish(NewerTask::noResult);
        } else {
            path.sendUncounted(
                    profile, route, about("tasks/get", ""), listener(this::fail, answer -> seen(answer, mine)));
        }
    }

    private void seen(Message answer, int mine) {
        JsonSlice state = TaskWords.stateIn(answer);
        if (state == null) {
            JsonSlice error = answer.get(Field.ERROR);
            JsonSlice told = error == null ? JsonSlice.parse("{}") : error.detached();
            finish(() -> TaskWords.refusal(told));
            return;
        }
        if (seen != null) {
            seen.accept(TaskWords.state(state, timers.now()));
        }
        switch (String.valueOf(state.textMember("status"))) {
            case "completed" -> ended(state.member("result"), false);
            case "failed" -> ended(state.member("error"), true);
            case "cancelled" -> finish(NewerTask::noResult);
            default -> {
                JsonSlice wanted = state.member("inputRequests");
                CallListener asked = waiting();
                if (wanted != null && asked != null) {
                    questions.ask(wanted.detached(), asked);
                }
                lookAgain(state, mine);
            }
        }
    }

    private void ended(@Nullable JsonSlice outcome, boolean failed) {
        if (outcome == null || !outcome.isObject()) {
            fail(new GatewayException(
                    ErrorCode.UPSTREAM_PROTOCOL,
                    "Service \"" + route.service() + "\" says that the task has ended, and not how."));
            return;
        }
        JsonSlice told = outcome.detached();
        finish(() -> failed ? TaskWords.refusal(told) : TaskWords.answer(questions.related(told)));
    }

    private static Message noResult() {
        return TaskWords.refusal(ErrorCode.INVALID_PARAMS, "The task was cancelled, so it has no result.");
    }

    private void lookAgain(JsonSlice state, int mine) {
        JsonSlice wish = state.member("pollIntervalMs");
        double millis = wish == null || !wish.isNumber() ? USUAL_PAUSE.toMillis() : Double.parseDouble(wish.text());
        double bounded = Math.max(SHORTEST_PAUSE.toMillis(), Math.min(LONGEST_PAUSE.toMillis(), millis));
        boolean late;
        synchronized (this) {
            late = timers.nanoTime() - since > LONGEST_WAIT.toNanos();
        }
        if (late) {
            fail(new GatewayException(
                    ErrorCode.CALL_TIMEOUT,
                    "The task has not ended within " + LONGEST_WAIT.toHours() + " hours. It may still be running."));
        } else {
            timers.schedule(Duration.ofMillis((long) bounded), () -> look(mine));
        }
    }

    /** What the client answered goes to the server. */
    private void answered(String key, JsonSlice answer) {
        String responses = ",\"inputResponses\":{" + quoted(key) + ":" + answer + "}";
        ask("tasks/update", responses, this::fail, done -> {
            JsonSlice error = done.get(Field.ERROR);
            if (error != null) {
                JsonSlice told = error.detached();
                finish(() -> TaskWords.refusal(told));
            }
        });
    }

    private void fail(GatewayException failure) {
        take().forEach(waiter -> waiter.listener.onFailure(failure));
    }

    /** @param answer makes a message of its own for each that waits */
    private void finish(Supplier<Message> answer) {
        take().forEach(waiter -> waiter.listener.onAnswer(answer.get()));
    }

    private List<Waiter> take() {
        List<Waiter> all;
        synchronized (this) {
            all = List.copyOf(waiting);
            waiting.clear();
            asking = false;
        }
        questions.withdraw("nobody waits for the result of the task any more");
        return all;
    }

    private synchronized @Nullable CallListener waiting() {
        return waiting.isEmpty() ? null : waiting.get(0).listener;
    }

    private synchronized @Nullable JsonSlice cancelled() {
        return cancelled;
    }

    private Call ask(String method, String more, Consumer<GatewayException> failed, Consumer<Message> then) {
        return path.send(profile, route, about(method, more), listener(failed, then));
    }

    private UpstreamRequest about(String method, String more) {
        byte[] params = ("{\"taskId\":" + quoted(original) + more + "}").getBytes(StandardCharsets.UTF_8);
        return new UpstreamRequest(Messages.request(ANY, method, params), null, timeout);
    }

    private static CallListener listener(Consumer<GatewayException> failed, Consumer<Message> then) {
        return new CallListener() {
            @Override
            public void onAnswer(Message answer) {
                then.accept(answer);
            }

            @Override
            public void onFailure(GatewayException failure) {
                failed.accept(failure);
            }
        };
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }

    /** One that passes failures on. */
    private abstract static class Relay implements CallListener {
        private final CallListener listener;

        Relay(CallListener listener) {
            this.listener = listener;
        }

        @Override
        public void onFailure(GatewayException failure) {
            listener.onFailure(failure);
        }
    }

    /** Somebody who waits for the result. */
    private final class Waiter implements Call {
        private final CallListener listener;

        private Waiter(CallListener listener) {
            this.listener = listener;
        }

        @Override
        public void cancel(@Nullable String reason) {
            boolean mine;
            synchronized (NewerTask.this) {
                mine = waiting.remove(this);
            }
            if (mine) {
                questions.withdraw(listener, reason == null ? "cancelled" : reason);
                listener.onFailure(new GatewayException(ErrorCode.CANCELLED, "Nobody waits for the task any more."));
            }
        }
    }
}
