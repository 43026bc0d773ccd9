package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.protocol.LogLevel;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.virtualserver.ExposedList;
import io.forgemcp.gateway.virtualserver.ServerView;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * What every MCP method does, whatever the transport: lists are answered from the catalog, calls are forwarded. Knows
 * the revisions with sessions, 2024-11-05 to 2025-11-25. Thread-safe; never blocks.
 */
public final class MethodTable {
    private static final byte[] EMPTY = {'{', '}'};
    private static final long PATIENCE_SECONDS = 3;

    private final RouteFinder routes;
    private final Handshake handshake;
    private final Lists lists;
    private final Forwarding forwarding;
    private final CallPath calls;

    public MethodTable(
            RouteFinder routes,
            Handshake handshake,
            CallPath calls,
            ClientSessions sessions,
            ServerMessages messages,
            Timers timers,
            EndpointSettings settings) {
        this.routes = routes;
        this.handshake = handshake;
        this.calls = calls;
        this.lists = new Lists(routes, settings.pageSize());
        Subscribing subscribing = new Subscribing(sessions, calls, messages, settings.callTimeout());
        this.forwarding = new Forwarding(routes, calls, subscribing, timers, settings);
    }

    /**
     * What the virtual server of this caller shows now.
     *
     * @throws GatewayException if there is none, or not for this caller
     */
    ServerView view(ClientSession session) {
        return routes.view(session);
    }

    /** Which entries of lists this client may see. */
    Predicate<ExposedList.Entry> visibleTo(ClientSession session) {
        return entry -> routes.isVisible(session.caller(), entry.route());
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
            case "tools/call" -> forwarding.forward(session, request, Offering.TOOL, reply);
            case "tools/list" -> lists.list(session, request, ServerView::tools, reply);
            case "prompts/list" -> lists.list(session, request, ServerView::prompts, reply);
            case "resources/list" -> lists.list(session, request, ServerView::resources, reply);
            case "resources/templates/list" -> lists.list(session, request, ServerView::templates, reply);
            case "prompts/get" -> forwarding.forward(session, request, Offering.PROMPT, reply);
            case "resources/read" -> forwarding.forward(session, request, Offering.RESOURCE, reply);
            case "resources/subscribe" -> forwarding.subscribe(session, request, reply);
            case "resources/unsubscribe" -> forwarding.unsubscribe(session, request, reply);
            case "completion/complete" -> forwarding.complete(session, request, reply);
            case "tasks/get" -> forwarding.tasks().in(session).get(session, request, reply);
            case "tasks/result" -> forwarding.tasks().in(session).result(session, request, reply);
            case "tasks/cancel" -> forwarding.tasks().in(session).cancel(session, request, reply);
            case "tasks/list" -> forwarding.tasks().in(session).list(session, request, reply);
            case "logging/setLevel" -> setLevel(session, request, reply);
            case "initialize" -> initialize(session, request, reply);
            case "ping" -> reply.answer(Messages.result(request.requireId(), EMPTY));
            default ->
                throw new GatewayException(
                        ErrorCode.METHOD_NOT_FOUND, "The gateway has no method \"" + request.method() + "\".");
        }
    }

    /** Servers that are being asked for the first time are waited for a moment: the answer promises what they can do. */
    private void initialize(ClientSession session, Message request, Reply reply) {
        ServerView view = view(session);
        CompletableFuture<?> learning = routes.learnWhatIsMissing(view);
        if (learning == null) {
            initialize(session, request, view, reply);
            return;
        }
        learning.completeOnTimeout(null, PATIENCE_SECONDS, TimeUnit.SECONDS).whenComplete((learnt, failure) -> {
            try {
                initialize(session, request, view(session), reply);
            } catch (GatewayException refused) {
                reply.answer(Messages.error(request.requireId(), refused));
            }
        });
    }

    private void initialize(ClientSession session, Message request, ServerView view, Reply reply) {
        session.told(view);
        reply.answer(Messages.result(request.requireId(), handshake.initialize(session, request, view)));
    }

    /** Nobody is woken for it: a server that sleeps or has not been spoken to yet hears of it when it is. */
    private void setLevel(ClientSession session, Message request, Reply reply) {
        JsonSlice params = request.get(Field.PARAMS);
        String word = params == null ? null : params.textMember("level");
        LogLevel level = word == null ? null : LogLevel.find(word).orElse(null);
        if (level == null) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS,
                    "logging/setLevel needs params.level: debug, info, notice, warning, error, critical, alert or"
                            + " emergency.");
        }
        session.logLevel(level);
        calls.ask(session.profile(), "logging", ServerMessages.setLevel(level));
        reply.answer(Messages.result(request.requireId(), EMPTY));
    }

    /** Tells a client that begins to listen of lists that changed while it did not. */
    void announceMissed(ClientSession session) {
        ServerView before = session.told();
        ServerView now = view(session);
        if (before != null && before != now) {
            session.told(now);
            ListChanges.announce(session, before, now, visibleTo(session), Set.of());
        }
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

    /** A notification that lists changed, by the list's member name in results. */
    static byte[] listChanged(String list) {
        return ("{\"jsonrpc\":\"2.0\",\"method\":"
                        + new String(JsonText.quote("notifications/" + list + "/list_changed"), StandardCharsets.UTF_8)
                        + "}")
                .getBytes(StandardCharsets.UTF_8);
    }
}
