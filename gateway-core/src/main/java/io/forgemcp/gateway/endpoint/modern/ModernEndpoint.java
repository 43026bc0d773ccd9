package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.catalog.CatalogSnapshot;
import io.forgemcp.gateway.endpoint.AnswerForm;
import io.forgemcp.gateway.endpoint.CallPath;
import io.forgemcp.gateway.endpoint.ClientLogLevels;
import io.forgemcp.gateway.endpoint.ClientSessions;
import io.forgemcp.gateway.endpoint.McpRequest;
import io.forgemcp.gateway.endpoint.McpResponder;
import io.forgemcp.gateway.endpoint.Offering;
import io.forgemcp.gateway.endpoint.ResourceListeners;
import io.forgemcp.gateway.endpoint.RouteFinder;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.RequestMeta;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.upstream.ClientKey;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * MCP without sessions (revision 2026-07-28): every request stands for itself, is answered on its own response, and is
 * given up when its client goes away. Thread-safe; never blocks.
 */
public final class ModernEndpoint {
    private final ModernLists lists;
    private final ModernCalls calls;
    private final TaskCalls tasks;
    private final Listening listening;
    private final SlowReplies slow;
    private final ModernClients clients;
    private final Questions questions;

    /**
     * @param routes what callers see and where names lead
     * @param path how calls reach servers
     * @param catalog what servers offer now
     * @param memory what outlives a restart of clients' tasks; read here, which blocks
     * @param onEnd told of clients that have not been seen for long, so that what servers keep for them can go
     */
    public ModernEndpoint(
            ModernSettings settings,
            RouteFinder routes,
            CallPath path,
            ClientSessions sessions,
            Supplier<CatalogSnapshot> catalog,
            TaskMemory memory,
            Timers timers,
            EventBus events,
            Consumer<ClientKey> onEnd) {
        questions = new Questions(
                new RequestStates(settings.signingKey()),
                timers,
                ModernSettings.ANSWER_TIMEOUT,
                ModernSettings.MAX_QUESTIONS);
        clients = new ModernClients(timers, settings.idleTimeout(), onEnd);
        lists = new ModernLists(routes, clients, catalog, settings.version(), settings.pageSize());
        tasks = new TaskCalls(
                routes,
                path,
                clients,
                questions,
                catalog,
                new TaskTable(timers, memory),
                timers,
                settings.callTimeout());
        calls = new ModernCalls(routes, path, clients, questions, tasks, settings.callTimeout());
        listening = new Listening(
                routes,
                new ResourceWatches(path, sessions::wants, settings.callTimeout(), timers),
                clients,
                tasks,
                catalog,
                lists.serverInfo(),
                timers,
                events);
        slow = new SlowReplies(timers);
    }

    /**
     * Handles one message; every path ends in exactly one answer or one stream on the responder.
     *
     * @param meta what a request says of itself; null for a notification
     */
    void handle(McpRequest http, Message message, @Nullable RequestMeta meta, McpResponder responder) {
        if (meta == null || !message.isRequest()) {
            // None is defined over HTTP: whoever wants to cancel closes the request.
            responder.answer(202, null);
            return;
        }
        ModernRequest request = new ModernRequest(http, message, meta);
        ModernReply reply = new ModernReply(responder, AnswerForm.of(http), slow);
        try {
            HeaderRules.check(http, message);
            dispatch(request, reply);
        } catch (GatewayException refused) {
            ModernErrors.refuse(reply, request.id(), refused);
        } catch (RuntimeException defect) {
            ModernErrors.refuse(reply, request.id(), GatewayException.of(defect));
            throw defect;
        }
    }

    private void dispatch(ModernRequest request, ModernReply reply) {
        switch (request.method()) {
            case "tools/call" -> calls.call(request, Offering.TOOL, reply);
            case "tools/list" -> lists.list(request, ServerView::tools, reply);
            case "prompts/list" -> lists.list(request, ServerView::prompts, reply);
            case "resources/list" -> lists.list(request, ServerView::resources, reply);
            case "resources/templates/list" -> lists.list(request, ServerView::templates, reply);
            case "prompts/get" -> calls.call(request, Offering.PROMPT, reply);
            case "resources/read" -> calls.call(request, Offering.RESOURCE, reply);
            case "completion/complete" -> calls.complete(request, reply);
            case "tasks/get", "tasks/update", "tasks/cancel" -> tasks.ask(request, reply);
            case "server/discover" -> lists.discover(request, reply);
            case "subscriptions/listen" -> listening.listen(request, reply);
            default ->
                throw new GatewayException(
                        ErrorCode.METHOD_NOT_FOUND,
                        "MCP " + request.meta().version() + " has no method \"" + request.method()
                                + "\" that the gateway knows.");
        }
    }

    /** Those who listen for updates of resources. */
    public ResourceListeners resourceListeners() {
        return listening;
    }

    /** What clients want servers with sessions to log. */
    public ClientLogLevels logLevels() {
        return clients::logLevel;
    }

    /** How long this client has been away, as {@code ClientAbsence} has it; empty if there is no such client. */
    public Optional<Duration> away(ClientKey client) {
        return clients.away(client);
    }

    /** How many clients listen for changes. */
    public int listeners() {
        return listening.size();
    }

    /** Gives up what waits for clients and ends their streams. */
    void close() {
        listening.close();
        questions.close();
        tasks.close();
        clients.close();
    }
}
