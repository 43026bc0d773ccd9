package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.TaskSupport;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.upstream.UpstreamRequest;
import io.forgemcp.gateway.virtualserver.Route;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Brings a client's request to the server that it names by tool, prompt or resource. Thread-safe; never blocks. */
final class Forwarding {
    private final RouteFinder routes;
    private final CallPath calls;
    private final Subscribing subscribing;
    private final TaskMethods tasks;
    private final Duration timeout;

    Forwarding(RouteFinder routes, CallPath calls, Subscribing subscribing, Timers timers, EndpointSettings settings) {
        this.routes = routes;
        this.calls = calls;
        this.subscribing = subscribing;
        this.tasks = new TaskMethods(calls, this::send, timers, settings);
        this.timeout = settings.callTimeout();
    }

    TaskMethods tasks() {
        return tasks;
    }

    /** Sends a request whose parameters name what is meant. */
    void forward(ClientSession session, Message request, Offering offering, Reply reply) {
        Message asked = offering == Offering.TOOL && request.has(Field.TASK) ? tasks.wished(session, request) : request;
        find(session, asked, offering, nameOf(asked, offering), reply, route -> {
            if (offering == Offering.TOOL && asked.has(Field.TASK)) {
                tasks.begin(session, asked, route, reply);
            } else {
                send(session, asked, offering.nameAt(route), route, reply);
            }
        });
    }

    /** Sends {@code completion/complete}, with the server's own name of the prompt in its reference. */
    void complete(ClientSession session, Message request, Reply reply) {
        JsonSlice params = request.get(Field.PARAMS);
        JsonSlice ref = params == null ? null : params.member("ref");
        String type = ref == null ? null : ref.textMember("type");
        boolean prompt = "ref/prompt".equals(type);
        String name = ref == null ? null : ref.textMember(prompt ? "name" : "uri");
        if (params == null || ref == null || name == null || !prompt && !"ref/resource".equals(type)) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS,
                    "completion/complete needs params.ref: {\"type\":\"ref/prompt\",\"name\":...} or"
                            + " {\"type\":\"ref/resource\",\"uri\":...}.");
        }
        Offering offering = prompt ? Offering.PROMPT : Offering.TEMPLATE;
        find(session, request, offering, name, reply, route -> {
            byte[] renamed = ref.withMember(prompt ? "name" : "uri", route.quotedOriginal())
                    .toBytes();
            Message asked = Message.parse(
                    request.with(Field.PARAMS, params.withMember("ref", renamed).toBytes()));
            send(session, asked, null, route, reply);
        });
    }

    void subscribe(ClientSession session, Message request, Reply reply) {
        String uri = nameOf(request, Offering.RESOURCE);
        find(
                session,
                request,
                Offering.RESOURCE,
                uri,
                reply,
                route -> subscribing.subscribe(
                        session, request, route, reply, to -> send(session, request, null, route, to)));
    }

    void unsubscribe(ClientSession session, Message request, Reply reply) {
        String uri = nameOf(request, Offering.RESOURCE);
        find(
                session,
                request,
                Offering.RESOURCE,
                uri,
                reply,
                route -> subscribing.unsubscribe(
                        session, request, route, reply, to -> send(session, request, null, route, to)));
    }

    /** What happens with a request once it is known where it leads. */
    private interface Onward {
        void go(Route route);
    }

    private void find(
            ClientSession session, Message request, Offering offering, String name, Reply reply, Onward onward) {
        routes.find(session, offering, name, new RouteFinder.Receiver() {
            @Override
            public void found(Route route) {
                onward.go(route);
            }

            @Override
            public void asks(ServiceName owner) {
                byte[] notice = calls.firstWakeNotice(request, owner);
                if (notice != null) {
                    reply.notification(notice);
                }
            }

            @Override
            public void refused(GatewayException reason) {
                Route unlisted = offering == Offering.RESOURCE ? unlisted(session, name) : null;
                if (unlisted != null) {
                    onward.go(unlisted);
                    return;
                }
                reply.answer(Messages.error(request.requireId(), reason));
            }
        });
    }

    private @Nullable Route unlisted(ClientSession session, String uri) {
        Route route = routes.view(session).unlistedResource(uri);
        return route != null && routes.isVisible(session.caller(), route) ? route : null;
    }

    private void send(ClientSession session, Message request, byte @Nullable [] name, Route route, Reply reply) {
        ClientCall call = new ClientCall(session, request.requireId(), route, reply);
        UpstreamRequest upstream = new UpstreamRequest(atServer(request, route), name, timeout, route.parameters());
        call.began(
                route.tasks() == TaskSupport.SERVER_DECIDES && isPlainCall(request)
                        ? tasks.await(session, route, upstream, call)
                        : calls.send(session.profile(), route, upstream, call));
    }

    private static boolean isPlainCall(Message request) {
        return request.method().equals("tools/call") && !request.has(Field.TASK);
    }

    /** With the server's own URI if the resource is exposed under another. */
    private static Message atServer(Message request, Route route) {
        return !request.has(Field.URI) || route.original().equals(request.text(Field.URI))
                ? request
                : Message.parse(request.with(Field.URI, route.quotedOriginal()));
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
}
