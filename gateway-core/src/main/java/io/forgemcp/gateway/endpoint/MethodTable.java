package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.catalog.Catalog;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.security.AccessPolicy;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.UpstreamRequest;
import io.forgemcp.gateway.virtualserver.ExposedList;
import io.forgemcp.gateway.virtualserver.Route;
import io.forgemcp.gateway.virtualserver.ServerView;
import io.forgemcp.gateway.virtualserver.VirtualServers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What every MCP method does, whatever the transport: lists are answered from the catalog, calls are forwarded. Knows
 * the revisions with sessions, 2024-11-05 to 2025-11-25. Thread-safe; never blocks.
 */
public final class MethodTable {
    private static final byte[] EMPTY = {'{', '}'};

    private final VirtualServers virtualServers;
    private final Catalog catalog;
    private final CallPath calls;
    private final AccessPolicy policy;
    private final Handshake handshake;
    private final Duration callTimeout;

    /** @param callTimeout how long a server may take to answer a call */
    public MethodTable(
            VirtualServers virtualServers,
            Catalog catalog,
            CallPath calls,
            AccessPolicy policy,
            Handshake handshake,
            Duration callTimeout) {
        this.virtualServers = virtualServers;
        this.catalog = catalog;
        this.calls = calls;
        this.policy = policy;
        this.handshake = handshake;
        this.callTimeout = callTimeout;
    }

    /**
     * What the virtual server of this caller shows now.
     *
     * @throws GatewayException if there is none, or not for this caller
     */
    ServerView view(ClientSession session) {
        ServerView view = virtualServers.view(session.virtualServer());
        if (!policy.mayUse(session.caller(), view.server().name())) {
            throw new GatewayException(
                    ErrorCode.UNKNOWN_VIRTUAL_SERVER,
                    "There is no enabled virtual server \"" + session.virtualServer() + "\". GET /servers lists them.");
        }
        return view;
    }

    /** Handles a request; the reply hears exactly one end. */
    void request(ClientSession session, Message request, Reply reply) {
        try {
            dispatch(session, request, reply);
        } catch (GatewayException failure) {
            reply.answer(Messages.error(request.requireId(), failure));
        }
    }

    private void dispatch(ClientSession session, Message request, Reply reply) {
        switch (request.method()) {
            case "tools/call" -> forward(session, request, Offering.TOOL, reply);
            case "tools/list" -> list(session, request, ServerView::tools, reply);
            case "prompts/list" -> list(session, request, ServerView::prompts, reply);
            case "resources/list" -> list(session, request, ServerView::resources, reply);
            case "resources/templates/list" -> list(session, request, ServerView::templates, reply);
            case "prompts/get" -> forward(session, request, Offering.PROMPT, reply);
            case "resources/read" -> forward(session, request, Offering.RESOURCE, reply);
            case "initialize" -> initialize(session, request, reply);
            case "ping" -> reply.answer(Messages.result(request.requireId(), EMPTY));
            default ->
                throw new GatewayException(
                        ErrorCode.METHOD_NOT_FOUND, "The gateway has no method \"" + request.method() + "\".");
        }
    }

    private void initialize(ClientSession session, Message request, Reply reply) {
        ServerView view = view(session);
        session.told(view);
        reply.answer(Messages.result(request.requireId(), handshake.initialize(session, request, view)));
    }

    /** Handles a notification, or an answer to what a server asked; what means nothing here is ignored. */
    void accept(ClientSession session, Message message) {
        if (message.isNotification()) {
            notification(session, message);
        } else {
            session.questions().answered(message);
        }
    }

    private void notification(ClientSession session, Message notification) {
        switch (notification.method()) {
            case "notifications/cancelled" -> cancelled(session, notification);
            case "notifications/progress" -> session.questions().progressed(notification);
            case "notifications/roots/list_changed" -> calls.tell(session.profile(), notification);
            default -> {}
        }
    }

    private static void cancelled(ClientSession session, Message notification) {
        JsonSlice id = notification.get(Field.CANCELLED_ID);
        if (id != null && (id.isString() || id.isNumber())) {
            JsonSlice params = notification.get(Field.PARAMS);
            String reason = params == null ? null : params.textMember("reason");
            session.cancel(new RequestId(id.toString()), reason == null ? "cancelled by the client" : reason);
        }
    }

    private void list(ClientSession session, Message request, Function<ServerView, ExposedList> which, Reply reply) {
        if (request.has(Field.CURSOR)) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS, "This cursor is not one of ours: lists come in one page. Leave it out.");
        }
        ServerView view = view(session);
        session.told(view);
        learnWhatIsMissing(view);
        byte[] result = which.apply(view).result(entry -> visible(session, entry.route()));
        reply.answer(Messages.result(request.requireId(), result));
    }

    private boolean visible(ClientSession session, Route route) {
        return policy.mayCall(session.caller(), route.service(), route.original());
    }

    /**
     * A virtual server that somebody chose by hand and whose servers never ran is learnt in the background, once; its
     * list says what is missing and a list_changed follows. The endpoint over everything wakes nobody.
     */
    private void learnWhatIsMissing(ServerView view) {
        if (!view.server().services().isEmpty()) {
            for (ServiceName service : view.unlearnt()) {
                catalog.learnOnce(service);
            }
        }
    }

    /** Sends the request where its name leads; servers that never ran and may be meant are started and asked first. */
    private void forward(ClientSession session, Message request, Offering offering, Reply reply) {
        String name = nameOf(request, offering);
        ServerView view = view(session);
        Route route = offering.find(view, name);
        List<ServiceName> owners = route == null ? offering.unlearntOwners(view, name) : List.of();
        if (owners.isEmpty()) {
            forward(session, request, offering, route, reply);
            return;
        }
        CompletableFuture<?>[] learning = owners.stream()
                .map(owner -> catalog.refresh(owner).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(learning).whenComplete((learnt, failure) -> {
            try {
                Route found = offering.find(view(session), name);
                if (found == null && failure != null) {
                    throw GatewayException.of(failure);
                }
                forward(session, request, offering, found, reply);
            } catch (GatewayException refused) {
                reply.answer(Messages.error(request.requireId(), refused));
            }
        });
    }

    private void forward(
            ClientSession session, Message request, Offering offering, @Nullable Route route, Reply reply) {
        if (route == null || !visible(session, route)) {
            throw offering.unknown(nameOf(request, offering));
        }
        ClientCall call = new ClientCall(session, request.requireId(), reply);
        UpstreamRequest upstream = new UpstreamRequest(request, offering.nameAt(route), callTimeout);
        call.began(calls.send(session.profile(), route, upstream, call));
    }

    private static String nameOf(Message request, Offering offering) {
        Field field = offering == Offering.RESOURCE ? Field.URI : Field.NAME;
        String name = request.text(field);
        if (name == null) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS,
                    request.method() + " needs a string in params." + (field == Field.URI ? "uri" : "name") + ".");
        }
        return name;
    }

    /** A notification that lists changed, by the list's member name in results. */
    static byte[] listChanged(String list) {
        return ("{\"jsonrpc\":\"2.0\",\"method\":"
                        + new String(JsonText.quote("notifications/" + list + "/list_changed"), StandardCharsets.UTF_8)
                        + "}")
                .getBytes(StandardCharsets.UTF_8);
    }
}
