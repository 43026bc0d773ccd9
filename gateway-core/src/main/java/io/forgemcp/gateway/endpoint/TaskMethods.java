package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.protocol.Era;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.protocol.TaskSupport;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.upstream.Call;
import io.forgemcp.gateway.upstream.CallListener;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.upstream.UpstreamRequest;
import io.forgemcp.gateway.virtualserver.Route;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Calls that run as tasks, and {@code tasks/get}, {@code tasks/result}, {@code tasks/cancel} and {@code tasks/list} (MCP
 * 2025-11-25, Tasks): each goes to the server that runs the task, under that server's own id and in its own words.
 * Thread-safe.
 */
final class TaskMethods {
    /** Sends a request where a route leads. */
    @FunctionalInterface
    interface Sender {
        void send(ClientSession session, Message request, byte @Nullable [] name, Route route, Reply reply);
    }

    private static final JsonSlice NOTHING = JsonSlice.parse("{}");
    private static final Set<String> TASK = Set.of("task");
    private static final String NO_SUCH_TASK = "-32602";

    private final CallPath calls;
    private final Sender sender;
    private final Timers timers;
    private final EndpointSettings settings;

    TaskMethods(CallPath calls, Sender sender, Timers timers, EndpointSettings settings) {
        this.calls = calls;
        this.sender = sender;
        this.timers = timers;
        this.settings = settings;
    }

    /**
     * A tool call with {@code params.task}, as it is meant. Where the session's revision has no tasks, that is a member like
     * any that nobody knows, and the server must not take it for more.
     *
     * @throws GatewayException if the revision has tasks, and does not allow this wish for one
     */
    Message wished(ClientSession session, Message request) {
        if (session.lasts() && !has(session)) {
            JsonSlice params = request.get(Field.PARAMS);
            return params == null
                    ? request
                    : Message.parse(
                            request.with(Field.PARAMS, params.without(TASK).toBytes()));
        }
        JsonSlice wish = request.get(Field.TASK);
        JsonSlice ttl = wish == null ? null : wish.member("ttl");
        boolean valid = ttl == null
                || ttl.isNull()
                || (ttl.isNumber() && !ttl.toString().startsWith("-"));
        if (wish == null || !wish.isObject() || !valid) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS,
                    "params.task must be an object, and its \"ttl\", if there is one, a number of milliseconds that is"
                            + " not negative.");
        }
        return request;
    }

    private static boolean has(ClientSession session) {
        return session.version().compareTo(ProtocolVersion.V2025_11_25) >= 0;
    }

    /**
     * Refuses what a session's revision does not have.
     *
     * @throws GatewayException with {@link ErrorCode#METHOD_NOT_FOUND}
     */
    TaskMethods in(ClientSession session) {
        if (session.lasts() && !has(session)) {
            throw new GatewayException(
                    ErrorCode.METHOD_NOT_FOUND,
                    "MCP " + session.version().date() + ", which this session speaks, has no tasks.");
        }
        return this;
    }

    /** A tool call that asks to be run as a task. */
    void begin(ClientSession session, Message request, Route route, Reply reply) {
        try {
            if (!session.lasts()) {
                throw new GatewayException(
                        ErrorCode.SESSION_REQUIRED,
                        "A task lasts as long as the session of its client, and this request has none. Send initialize"
                                + " first, or leave out params.task.");
            }
            session.tasks().begin();
        } catch (GatewayException refused) {
            reply.answer(Messages.error(request.requireId(), refused));
            return;
        }
        calls.hold(session.profile(), route).whenComplete((lease, failure) -> {
            if (lease == null) {
                session.tasks().notBegun();
                reply.answer(Messages.error(
                        request.requireId(),
                        GatewayException.of(failure == null ? new IllegalStateException("no lease") : failure)));
            } else {
                begin(session, request, route, new Beginning(session, request, route, lease, reply));
            }
        });
    }

    private void begin(ClientSession session, Message request, Route route, Beginning beginning) {
        ClientCall call = new ClientCall(session, request.requireId(), route, beginning);
        UpstreamRequest asked =
                new UpstreamRequest(request, route.quotedOriginal(), settings.callTimeout(), route.parameters());
        call.began(calls.send(profile(session, route), route, asked, call));
    }

    /** A server that speaks both generations has tasks of the extension in the newer one only. */
    private static ClientProfile profile(ClientSession session, Route route) {
        return route.tasks() == TaskSupport.SERVER_DECIDES
                ? session.profile().preferring(Era.MODERN)
                : session.profile();
    }

    void get(ClientSession session, Message request, Reply reply) {
        ClientTasks.Task task = require(session, request);
        Reply noting = new Exposing(reply, state -> session.tasks().noted(task, state)) {
            @Override
            public void answer(byte[] json) {
                if (NO_SUCH_TASK.equals(Message.parse(json).errorCode())) {
                    session.tasks().forget(task);
                }
                super.answer(json);
            }
        };
        ask(session, request, task, noting, BridgedTask::get);
    }

    void cancel(ClientSession session, Message request, Reply reply) {
        ClientTasks.Task task = require(session, request);
        Reply noting = new Exposing(reply, state -> session.tasks().noted(task, state));
        ask(session, request, task, noting, BridgedTask::cancel);
    }

    /** Waits as long as the task does: the result is that of the tool. */
    void result(ClientSession session, Message request, Reply reply) {
        ClientTasks tasks = session.tasks();
        ClientTasks.Task task = require(session, request);
        tasks.awaited(task);
        Reply exposing =
                new Exposing(reply, result -> tasks.exposed(task.route().service(), result)) {
                    @Override
                    public void answer(byte[] json) {
                        noteEnd(tasks, task, Message.parse(json));
                        super.answer(json);
                        tasks.notAwaited(task);
                    }

                    @Override
                    public void nothing(RequestId id, GatewayException cancelled) {
                        super.nothing(id, cancelled);
                        tasks.notAwaited(task);
                    }
                };
        ask(session, request, task, exposing, BridgedTask::result);
    }

    /** Whoever has the result of a task knows that it has ended, also if its state is never asked for again. */
    private static void noteEnd(ClientTasks tasks, ClientTasks.Task task, Message answer) {
        JsonSlice result = answer.get(Field.RESULT);
        JsonSlice error = answer.get(Field.ERROR);
        if (result != null) {
            JsonSlice failed = result.isObject() ? result.member("isError") : null;
            tasks.ended(task, failed != null && failed.isTrue());
        } else if (error != null && !NO_SUCH_TASK.equals(answer.errorCode()) && !isOurs(error)) {
            tasks.ended(task, true);
        }
    }

    /** An error of the gateway's says that the result could not be had, not that there will be none. */
    private static boolean isOurs(JsonSlice error) {
        JsonSlice data = error.member("data");
        String code = data == null || !data.isObject() ? null : data.textMember("code");
        return code != null && code.startsWith("GW-");
    }

    /** Asks the server of the task, in its own words. */
    private void ask(
            ClientSession session,
            Message request,
            ClientTasks.Task task,
            Reply reply,
            BiFunction<BridgedTask, CallListener, Call> asking) {
        BridgedTask bridged = task.bridged();
        if (bridged == null) {
            forward(session, request, task, reply);
        } else {
            ClientCall call = new ClientCall(session, request.requireId(), task.route(), reply);
            call.began(asking.apply(bridged, call));
        }
    }

    /** The client's own tasks, whichever servers run them, as last heard of. */
    void list(ClientSession session, Message request, Reply reply) {
        String cursor = request.has(Field.CURSOR) ? String.valueOf(request.text(Field.CURSOR)) : null;
        ClientTasks.Page page = session.tasks().states(cursor, settings.pageSize());
        String tasks = page.states().stream().map(JsonSlice::toString).collect(Collectors.joining(","));
        String next = page.next() == null ? "" : ",\"nextCursor\":\"" + page.next() + "\"";
        reply.answer(Messages.result(
                request.requireId(), ("{\"tasks\":[" + tasks + "]" + next + "}").getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * A call that its client waits for, of a tool that may run as a task all the same.
     *
     * @param listener hears how it ends
     */
    Call await(ClientSession session, Route route, UpstreamRequest request, CallListener listener) {
        ClientProfile profile = session.profile();
        return new AwaitedCall(calls, profile, route, request, listener, id -> bridge(profile, route, id, null))
                .begin();
    }

    private NewerTask bridge(ClientProfile profile, Route route, String original, @Nullable Consumer<JsonSlice> seen) {
        return new NewerTask(calls, profile, route, original, seen, timers, settings.callTimeout());
    }

    /** Servers without sessions are asked, and do not say it themselves (MCP 2025-11-25, Tasks, Status Notification). */
    private static void tellChange(ClientSession session, Route route, String original, JsonSlice state) {
        ClientTasks tasks = session.tasks();
        ClientTasks.Task task = tasks.find(tasks.exposedId(route.service(), original));
        JsonSlice changed = task == null ? null : tasks.changed(task, state);
        if (changed != null) {
            // Where nobody listens, the stream on which the result is waited for is not burdened with it.
            session.streams()
                    .push(Messages.notification("notifications/tasks/status", changed.toBytes())
                            .bytes());
        }
    }

    /** The server's id of the task that a server without sessions has made of a call; null if it has not. */
    static @Nullable String newerTask(JsonSlice result) {
        return "task".equals(result.textMember("resultType")) ? result.textMember("taskId") : null;
    }

    private static ClientTasks.Task require(ClientSession session, Message request) {
        JsonSlice params = request.get(Field.PARAMS);
        ClientTasks.Task task = session.tasks().find(params == null ? null : params.textMember("taskId"));
        if (task == null) {
            throw new GatewayException(
                    ErrorCode.UNKNOWN_TASK, "Unknown task. It is another client's, too old, or was never begun.");
        }
        return task;
    }

    private void forward(ClientSession session, Message request, ClientTasks.Task task, Reply reply) {
        JsonSlice params = request.get(Field.PARAMS);
        if (params == null) {
            throw new IllegalStateException("a task was found without parameters");
        }
        byte[] renamed =
                params.withMember("taskId", JsonText.quote(task.original())).toBytes();
        Message asked = Message.parse(request.with(Field.PARAMS, renamed));
        sender.send(session, asked, null, task.route(), reply);
    }

    /** Passes an answer on with its result changed. */
    private static class Exposing extends RelayingReply {
        private final UnaryOperator<JsonSlice> exposing;

        Exposing(Reply reply, UnaryOperator<JsonSlice> exposing) {
            super(reply);
            this.exposing = exposing;
        }

        @Override
        public void answer(byte[] json) {
            Message answer = Message.parse(json);
            JsonSlice result = answer.get(Field.RESULT);
            super.answer(
                    result == null || !result.isObject()
                            ? json
                            : answer.with(Field.RESULT, exposing.apply(result).toBytes()));
        }
    }

    /** Takes up the task if the server made one of the call, or makes one of the answer to a call that was to be one. */
    private final class Beginning extends Exposing {
        private final ClientSession session;
        private final Message request;
        private final Route route;
        private final Lease lease;

        private Beginning(ClientSession session, Message request, Route route, Lease lease, Reply reply) {
            super(reply, UnaryOperator.identity());
            this.session = session;
            this.request = request;
            this.route = route;
            this.lease = lease;
        }

        @Override
        public void answer(byte[] json) {
            Message answer = Message.parse(json);
            JsonSlice result = answer.get(Field.RESULT);
            JsonSlice begun = result == null || !result.isObject() ? null : begun(result);
            if (begun == null) {
                notBegun();
                super.answer(json);
            } else {
                super.answer(answer.with(Field.RESULT, begun.toBytes()));
            }
        }

        /** The result that tells of a task; null if there is none. */
        private @Nullable JsonSlice begun(JsonSlice result) {
            JsonSlice state = result.member("task");
            if (state != null) {
                return taken(session.tasks().add(route, state, lease), result, state);
            }
            String newer = newerTask(result);
            if (newer != null) {
                NewerTask task =
                        bridge(profile(session, route), route, newer, now -> tellChange(session, route, newer, now));
                JsonSlice told = TaskWords.state(result, timers.now());
                JsonSlice meta = result.member("_meta");
                JsonSlice around = meta == null ? NOTHING : NOTHING.withMember("_meta", meta.toBytes());
                return taken(session.tasks().add(route, told, task, lease), around, TaskWords.begun(told));
            }
            if (route.tasks() != TaskSupport.SERVER_DECIDES) {
                return null;
            }
            FinishedTask task = new FinishedTask(result, request.get(Field.TASK), timers.now());
            return taken(session.tasks().add(route, task.state(), task, lease), NOTHING, TaskWords.begun(task.state()));
        }

        private JsonSlice taken(ClientTasks.@Nullable Task task, JsonSlice result, JsonSlice state) {
            if (task == null) {
                return result;
            }
            JsonSlice exposed = result.withMember(
                    "task",
                    state.withMember("taskId", JsonText.quote(task.id())).toBytes());
            return session.tasks().exposed(route.service(), exposed);
        }

        private void notBegun() {
            lease.close();
            session.tasks().notBegun();
        }

        @Override
        public void nothing(RequestId id, GatewayException cancelled) {
            notBegun();
            super.nothing(id, cancelled);
        }
    }
}
