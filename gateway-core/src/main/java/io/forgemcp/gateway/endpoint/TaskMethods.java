package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.virtualserver.Route;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Calls that run as tasks, and {@code tasks/get}, {@code tasks/result}, {@code tasks/cancel} and {@code tasks/list} (MCP
 * 2025-11-25, Tasks): each goes to the server that runs the task, under that server's own id. Thread-safe.
 */
final class TaskMethods {
    /** Sends a request where a route leads. */
    @FunctionalInterface
    interface Sender {
        void send(ClientSession session, Message request, byte @Nullable [] name, Route route, Reply reply);
    }

    private final CallPath calls;
    private final Sender sender;

    TaskMethods(CallPath calls, Sender sender) {
        this.calls = calls;
        this.sender = sender;
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
                sender.send(
                        session, request, route.quotedOriginal(), route, new Beginning(session, route, lease, reply));
            }
        });
    }

    void get(ClientSession session, Message request, Reply reply) {
        ClientTasks.Task task = require(session, request);
        forward(session, request, task, reply, state -> session.tasks().noted(task, state));
    }

    void cancel(ClientSession session, Message request, Reply reply) {
        get(session, request, reply);
    }

    /** Waits as long as the task does: the result is that of the tool. */
    void result(ClientSession session, Message request, Reply reply) {
        ClientTasks.Task task = require(session, request);
        forward(
                session,
                request,
                task,
                reply,
                result -> session.tasks().exposed(task.route().service(), result));
    }

    /** The client's own tasks, whichever servers run them, as last heard of. */
    void list(ClientSession session, Message request, Reply reply) {
        if (request.has(Field.CURSOR)) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS, "This cursor is not one of ours: tasks come in one page. Leave it out.");
        }
        String tasks =
                session.tasks().states().stream().map(JsonSlice::toString).collect(Collectors.joining(","));
        reply.answer(
                Messages.result(request.requireId(), ("{\"tasks\":[" + tasks + "]}").getBytes(StandardCharsets.UTF_8)));
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

    private void forward(
            ClientSession session,
            Message request,
            ClientTasks.Task task,
            Reply reply,
            UnaryOperator<JsonSlice> exposing) {
        JsonSlice params = request.get(Field.PARAMS);
        if (params == null) {
            throw new IllegalStateException("a task was found without parameters");
        }
        byte[] renamed =
                params.withMember("taskId", JsonText.quote(task.original())).toBytes();
        Message asked = Message.parse(request.with(Field.PARAMS, renamed));
        sender.send(session, asked, null, task.route(), new Exposing(reply, exposing));
    }

    /** Passes an answer on with its result changed. */
    private static class Exposing implements Reply {
        private final Reply reply;
        private final UnaryOperator<JsonSlice> exposing;

        Exposing(Reply reply, UnaryOperator<JsonSlice> exposing) {
            this.reply = reply;
            this.exposing = exposing;
        }

        @Override
        public void notification(byte[] json) {
            reply.notification(json);
        }

        @Override
        public boolean request(byte[] json) {
            return reply.request(json);
        }

        @Override
        public void suspended() {
            reply.suspended();
        }

        @Override
        public void slow() {
            reply.slow();
        }

        @Override
        public void answer(byte[] json) {
            Message answer = Message.parse(json);
            JsonSlice result = answer.get(Field.RESULT);
            reply.answer(
                    result == null || !result.isObject()
                            ? json
                            : answer.with(Field.RESULT, exposing.apply(result).toBytes()));
        }

        @Override
        public void nothing() {
            reply.nothing();
        }
    }

    /** Takes up the task if the server made one of the call. */
    private static final class Beginning extends Exposing {
        private final ClientSession session;
        private final Lease lease;

        private Beginning(ClientSession session, Route route, Lease lease, Reply reply) {
            super(reply, result -> begun(session, route, lease, result));
            this.session = session;
            this.lease = lease;
        }

        private static JsonSlice begun(ClientSession session, Route route, Lease lease, JsonSlice result) {
            JsonSlice state = result.member("task");
            ClientTasks.Task task = state == null ? null : session.tasks().add(route, state, lease);
            if (state == null || task == null) {
                return result;
            }
            JsonSlice exposed = result.withMember(
                    "task",
                    state.withMember("taskId", JsonText.quote(task.id())).toBytes());
            return session.tasks().exposed(route.service(), exposed);
        }

        @Override
        public void answer(byte[] json) {
            JsonSlice result = Message.parse(json).get(Field.RESULT);
            if (result == null || !result.isObject() || result.member("task") == null) {
                notBegun();
            }
            super.answer(json);
        }

        private void notBegun() {
            lease.close();
            session.tasks().notBegun();
        }

        @Override
        public void nothing() {
            notBegun();
            super.nothing();
        }
    }
}
