package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.catalog.CatalogSnapshot;
import io.forgemcp.gateway.catalog.ServerCatalog;
import io.forgemcp.gateway.endpoint.CallPath;
import io.forgemcp.gateway.endpoint.ReadableUris;
import io.forgemcp.gateway.endpoint.RelayingListener;
import io.forgemcp.gateway.endpoint.RouteFinder;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Lease;
import io.forgemcp.gateway.protocol.DetailedException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.protocol.TaskExtension;
import io.forgemcp.gateway.protocol.TaskSupport;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.upstream.Call;
import io.forgemcp.gateway.upstream.CallListener;
import io.forgemcp.gateway.upstream.ClientProfile;
import io.forgemcp.gateway.upstream.UpstreamRequest;
import io.forgemcp.gateway.virtualserver.Route;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls of tools that their server answers with a task, and {@code tasks/get}, {@code tasks/update} and {@code
 * tasks/cancel} (extension {@code io.modelcontextprotocol/tasks} of MCP 2026-07-28): each goes to the server that runs
 * the task, under that server's own id. Thread-safe; never blocks.
 */
final class TaskCalls implements AutoCloseable {
    private static final String ID = "taskId";
    static final String NO_SUCH_TASK = "-32602";
    private static final RequestId ANY = RequestId.of(1);
    private static final byte[] ACKNOWLEDGED = "{\"resultType\":\"complete\"}".getBytes(StandardCharsets.US_ASCII);

    private final RouteFinder routes;
    private final CallPath path;
    private final ModernClients clients;
    private final Questions questions;
    private final Supplier<CatalogSnapshot> catalog;
    private final Duration timeout;
    private final TaskTable table;
    private final Timers timers;

    /** @param timeout how long a server may take to answer */
    TaskCalls(
            RouteFinder routes,
            CallPath path,
            ModernClients clients,
            Questions questions,
            Supplier<CatalogSnapshot> catalog,
            TaskTable table,
            Timers timers,
            Duration timeout) {
        this.routes = routes;
        this.path = path;
        this.clients = clients;
        this.questions = questions;
        this.catalog = catalog;
        this.table = table;
        this.timers = timers;
        this.timeout = timeout;
    }

    /** The way to look at tasks without a question of their clients. */
    TaskLook looks() {
        return new TaskLook(this, path, clients, table, timeout);
    }

    /** Whether the server may make a task of this call. */
    static boolean mayBecome(ModernRequest request) {
        return request.method().equals("tools/call")
                && TaskExtension.isIn(request.meta().capabilities());
    }

    /** Sends a call that may become a task. For an owner of too many tasks it does not: the tool just runs. */
    Call send(
            ModernRequest request,
            ModernClients.Client client,
            Route route,
            UpstreamRequest upstream,
            CallListener listener) {
        ClientProfile profile = client.profile(request.meta().capabilities());
        String owner = owner(request);
        if (!table.hasRoom(owner)) {
            Message plain = TaskExtension.undeclared(upstream.message());
            return path.send(
                    profile,
                    route,
                    new UpstreamRequest(plain, upstream.name(), upstream.timeout(), upstream.parameters()),
                    listener);
        }
        // Taken before the call ends, so that the server cannot fall asleep between the call and its task.
        CompletionStage<Lease> held = path.hold(profile, route);
        UpstreamRequest asked = isOlder(route)
                ? new UpstreamRequest(
                        OlderTask.asked(upstream.message()), upstream.name(), upstream.timeout(), upstream.parameters())
                : upstream;
        return path.sendBound(
                profile, route, asked, new Beginning(listener, client, profile, request, owner, route, held));
    }

    /** Whether the tool runs as a task of a server with sessions. */
    private boolean isOlder(Route route) {
        return route.tasks() != TaskSupport.FORBIDDEN
                && catalog.get()
                        .server(route.service())
                        .map(ServerCatalog::initialize)
                        .map(greeting -> TaskSupport.isIn(greeting.member("capabilities")))
                        .orElse(false);
    }

    /** @throws GatewayException if the tool runs as a task only, and the client does not say that it knows what that is */
    void check(ModernRequest request, Route route) {
        if (route.tasks() == TaskSupport.REQUIRED && !mayBecome(request) && isOlder(route)) {
            throw notDeclared();
        }
    }

    /**
     * A question about a task, answers for it, or the wish that it ends.
     *
     * @throws GatewayException if the client did not declare the extension or has no such task
     */
    void ask(ModernRequest request, ModernReply reply) {
        if (!TaskExtension.isIn(request.meta().capabilities())) {
            throw offered(request) ? notDeclared() : unknownMethod(request);
        }
        JsonSlice params = request.message().get(Field.PARAMS);
        String id = params == null ? null : params.textMember(ID);
        if (params == null || id == null) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS, request.method() + " needs a string in params." + ID + ".");
        }
        TaskTable.Task task = find(owner(request), id);
        if (task == null || !routes.isVisible(request.caller(), task.route())) {
            throw task != null || offered(request)
                    ? new GatewayException(
                            ErrorCode.UNKNOWN_TASK,
                            "Unknown task. It is another caller's or another virtual server's, too old, or was never"
                                    + " begun.")
                    : unknownMethod(request);
        }
        OlderTask older = task.older();
        if (older != null) {
            ask(request, task, older, params, reply);
            return;
        }
        byte[] renamed = params.withMember(ID, JsonText.quote(task.original())).toBytes();
        Message asked = Message.parse(request.message().with(Field.PARAMS, renamed));
        ModernClients.Client client = clients.of(request.caller());
        ClientProfile profile = client.profile(request.meta().capabilities());
        hold(task, client, profile);
        client.began();
        ModernCall call =
                new ModernCall(request, reply, questions, answer -> told(request, task, answer), client::ended);
        call.began(path.send(profile, task.route(), new UpstreamRequest(asked, null, timeout), call));
    }

    private void ask(ModernRequest request, TaskTable.Task task, OlderTask older, JsonSlice params, ModernReply reply) {
        // The server is not to be asked for less because the client that asks goes.
        reply.onGone(() -> {});
        switch (request.method()) {
            case "tasks/get" ->
                older.get(new OlderTask.Told() {
                    @Override
                    public void state(JsonSlice state) {
                        table.note(task, state);
                        JsonSlice told =
                                readable(request, task.route(), state).withMember(ID, JsonText.quote(task.id()));
                        reply.answer(200, Messages.result(request.id(), told.toBytes()));
                    }

                    @Override
                    public void failed(Message error) {
                        if (NO_SUCH_TASK.equals(error.errorCode())) {
                            table.forget(task);
                        }
                        refuse(request, error, reply);
                    }
                });
            case "tasks/update" -> {
                JsonSlice responses = params.member("inputResponses");
                if (responses == null || !responses.isObject()) {
                    throw new GatewayException(
                            ErrorCode.INVALID_PARAMS, "tasks/update needs an object in params.inputResponses.");
                }
                older.update(responses);
                acknowledge(request, reply);
            }
            default ->
                older.cancel(
                        () -> {
                            // Whoever cancels need not come back to see it end.
                            table.rest(task);
                            acknowledge(request, reply);
                        },
                        error -> refuse(request, error, reply));
        }
    }

    private static void acknowledge(ModernRequest request, ModernReply reply) {
        reply.answer(200, Messages.result(request.id(), ACKNOWLEDGED));
    }

    private static void refuse(ModernRequest request, Message error, ModernReply reply) {
        ServerAnswer fitted = ServerAnswer.of(request, error);
        reply.answer(fitted.status(), fitted.json());
    }

    /**
     * Those of the tasks that are this caller's own.
     *
     * @param request by which the caller names them
     * @throws GatewayException if it does not declare the extension
     */
    List<TaskTable.Task> named(ModernRequest request, Set<String> ids) {
        if (!ids.isEmpty() && !TaskExtension.isIn(request.meta().capabilities())) {
            throw notDeclared();
        }
        String owner = ids.isEmpty() ? "" : owner(request);
        return ids.stream()
                .map(id -> find(owner, id))
                .filter(task -> task != null && routes.isVisible(request.caller(), task.route()))
                .toList();
    }

    /** Null if there is none, it is another's, or its service is gone. */
    private TaskTable.@Nullable Task find(String owner, String id) {
        TaskTable.Task task = table.find(owner, id);
        if (task != null && !path.leadsTo(task.route().service())) {
            table.forget(task);
            return null;
        }
        return task;
    }

    /** A task of an earlier gateway keeps its server awake from the first question about it, as one of this does. */
    void hold(TaskTable.Task task, ModernClients.Client client, ClientProfile profile) {
        if (table.toBeHeld(task)) {
            client.began();
            CompletionStage<Lease> held = path.hold(profile, task.route());
            table.held(task, () -> {
                release(held);
                client.ended();
            });
        }
    }

    /** The server's answer with the client's id of the task. */
    private Message told(ModernRequest request, TaskTable.Task task, Message answer) {
        if (NO_SUCH_TASK.equals(answer.errorCode()) && !request.method().equals("tasks/update")) {
            table.forget(task);
        }
        JsonSlice result = answer.get(Field.RESULT);
        if (result == null || !result.isObject()) {
            return answer;
        }
        switch (request.method()) {
            case "tasks/get" -> table.note(task, result);
            // Whoever cancels need not come back to see it end.
            case "tasks/cancel" -> table.rest(task);
            default -> {}
        }
        JsonSlice exposed = readable(request, task.route(), result);
        if (exposed.member(ID) != null) {
            exposed = exposed.withMember(ID, JsonText.quote(task.id()));
        }
        return exposed == result ? answer : Message.parse(answer.with(Field.RESULT, exposed.toBytes()));
    }

    /** With URIs that lead back to this server in what the tool has given. */
    JsonSlice readable(ModernRequest request, Route route, JsonSlice state) {
        JsonSlice given = state.member("result");
        if (given == null) {
            return state;
        }
        try {
            ServerView view = routes.view(new ModernViewer(request, clients));
            Message whole = Message.parse(Messages.result(ANY, given.toBytes()));
            Message exposed = ReadableUris.expose(view, route.service(), whole);
            JsonSlice changed = exposed.get(Field.RESULT);
            return exposed == whole || changed == null ? state : state.withMember("result", changed.toBytes());
        } catch (GatewayException gone) {
            // The virtual server was taken away meanwhile: nobody reads these any more.
            return state;
        }
    }

    /** A hash, because it is kept in the store. */
    private static String owner(ModernRequest request) {
        String owner = request.caller().principal() + '\0' + request.virtualServer();
        return HexFormat.of().formatHex(RequestStates.sha256(owner.getBytes(StandardCharsets.UTF_8)));
    }

    /** Whether any server behind the virtual server has the extension, or may have it because nothing is known of it yet. */
    private boolean offered(ModernRequest request) {
        ServerView view = routes.view(new ModernViewer(request, clients));
        return !view.unlearnt().isEmpty() || new ModernCapabilities(view, catalog.get()).tasks();
    }

    private static GatewayException unknownMethod(ModernRequest request) {
        return new GatewayException(
                ErrorCode.METHOD_NOT_FOUND,
                "No server here has the extension " + TaskExtension.NAME + ", to which \"" + request.method()
                        + "\" belongs.");
    }

    private static GatewayException notDeclared() {
        return new DetailedException(
                ErrorCode.CLIENT_CAPABILITY_MISSING,
                "Tasks need a client that declares the extension " + TaskExtension.NAME + " with each request.",
                "\"requiredCapabilities\":{\"extensions\":{\"" + TaskExtension.NAME + "\":{}}}");
    }

    private static void release(CompletionStage<Lease> held) {
        held.whenComplete((lease, failure) -> {
            if (lease != null) {
                lease.close();
            }
        });
    }

    @Override
    public void close() {
        table.close();
    }

    /** Takes up the task if the server makes one of the call. */
    private final class Beginning extends RelayingListener {
        private final ModernClients.Client client;
        private final ClientProfile profile;
        private final ModernRequest request;
        private final String owner;
        private final Route route;
        private final CompletionStage<Lease> held;

        private Beginning(
                CallListener listener,
                ModernClients.Client client,
                ClientProfile profile,
                ModernRequest request,
                String owner,
                Route route,
                CompletionStage<Lease> held) {
            super(listener);
            this.client = client;
            this.profile = profile;
            this.request = request;
            this.owner = owner;
            this.route = route;
            this.held = held;
        }

        @Override
        public void onAnswer(Message answer) {
            JsonSlice result = answer.get(Field.RESULT);
            JsonSlice older = result != null && result.isObject() ? result.member("task") : null;
            if (result != null && older != null && older.textMember(ID) != null) {
                begun(answer, result, older);
                return;
            }
            JsonSlice state = result;
            String original = idOfTask(state);
            if (state == null || original == null) {
                release(held);
                listener().onAnswer(answer);
                return;
            }
            // What its server keeps for the client has to last as long.
            client.began();
            TaskTable.Task task = table.add(owner, route, original, state, () -> {
                release(held);
                client.ended();
            });
            byte[] exposed = state.withMember(ID, JsonText.quote(task.id())).toBytes();
            Message told = Message.parse(answer.with(Field.RESULT, exposed));
            // The client may rely on what it has heard of, whatever happens to the gateway then.
            table.durable(task).thenRun(() -> listener().onAnswer(told));
        }

        /** A server with sessions has made a task of the call. */
        private void begun(Message answer, JsonSlice result, JsonSlice state) {
            String original = Objects.requireNonNull(state.textMember(ID));
            OlderTask older =
                    new OlderTask(path, profile, request.meta().capabilities(), route, original, timers, timeout);
            client.began();
            JsonSlice created = OlderTask.begun(result, state);
            TaskTable.Task task = table.add(owner, route, original, older, created, () -> {
                older.close();
                release(held);
                client.ended();
            });
            byte[] exposed = created.withMember(ID, JsonText.quote(task.id())).toBytes();
            listener().onAnswer(Message.parse(answer.with(Field.RESULT, exposed)));
        }

        private static @Nullable String idOfTask(@Nullable JsonSlice result) {
            return result != null && result.isObject() && "task".equals(result.textMember("resultType"))
                    ? result.textMember(ID)
                    : null;
        }

        @Override
        public void onFailure(GatewayException failure) {
            release(held);
            listener().onFailure(failure);
        }
    }
}
