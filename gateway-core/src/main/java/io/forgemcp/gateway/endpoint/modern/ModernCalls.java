package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.endpoint.CallPath;
import io.forgemcp.gateway.endpoint.Offering;
import io.forgemcp.gateway.endpoint.ReadableUris;
import io.forgemcp.gateway.endpoint.RouteFinder;
import io.forgemcp.gateway.endpoint.ServerMessages;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.LogLevel;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.upstream.UpstreamRequest;
import io.forgemcp.gateway.virtualserver.Route;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The methods of modern clients that a server answers. Thread-safe; never blocks. */
final class ModernCalls {
    private final RouteFinder routes;
    private final CallPath path;
    private final ModernClients clients;
    private final Questions questions;
    private final TaskCalls tasks;
    private final Duration timeout;

    /** @param timeout how long a server may take to answer */
    ModernCalls(
            RouteFinder routes,
            CallPath path,
            ModernClients clients,
            Questions questions,
            TaskCalls tasks,
            Duration timeout) {
        this.routes = routes;
        this.path = path;
        this.clients = clients;
        this.questions = questions;
        this.tasks = tasks;
        this.timeout = timeout;
    }

    /** A call of a tool, a prompt or a resource, or its continuation with answers to what the server asked. */
    void call(ModernRequest request, Offering offering, ModernReply reply) {
        String state = request.state();
        if (state != null && questions.isOwn(state)) {
            Questions.Waiting waiting = questions.take(state, request.binding());
            if (waiting instanceof ModernCall call) {
                call.resume(request, reply);
                return;
            }
            if (waiting instanceof UrlElicitation visit) {
                visit.check(request);
                forward(request, request.withoutRetry(), offering, reply);
                return;
            }
        }
        forward(request, request.message(), offering, reply);
    }

    private void forward(ModernRequest request, Message message, Offering offering, ModernReply reply) {
        String name = nameOf(message, offering);
        routes.find(new ModernViewer(request, clients), offering, name, new RouteFinder.Receiver() {
            @Override
            public void found(Route route) {
                try {
                    if (offering == Offering.TOOL) {
                        HeaderRules.checkParameters(request.http(), message, route.parameters());
                        tasks.check(request, route);
                    }
                } catch (GatewayException unfit) {
                    ModernErrors.refuse(reply, request.id(), unfit);
                    return;
                }
                UpstreamRequest upstream = new UpstreamRequest(
                        atServer(message, route), offering.nameAt(route), timeout, route.parameters());
                send(request, route, upstream, reply);
            }

            @Override
            public void asks(ServiceName owner) {
                byte[] notice = path.firstWakeNotice(message, owner);
                if (notice != null) {
                    reply.notification(notice);
                }
            }

            @Override
            public void refused(GatewayException reason) {
                Route unlisted = offering == Offering.RESOURCE ? unlisted(request, name) : null;
                if (unlisted == null) {
                    ModernErrors.refuse(reply, request.id(), reason);
                } else {
                    found(unlisted);
                }
            }
        });
    }

    /** A resource that its server does not list may still be read where there is no doubt whose it is. */
    private @Nullable Route unlisted(ModernRequest request, String uri) {
        Route route = routes.view(new ModernViewer(request, clients)).unlistedResource(uri);
        return route != null && routes.isVisible(request.caller(), route) ? route : null;
    }

    /** With the server's own URI if the resource is exposed under another. */
    private static Message atServer(Message request, Route route) {
        return !request.has(Field.URI) || route.original().equals(request.text(Field.URI))
                ? request
                : Message.parse(request.with(Field.URI, route.quotedOriginal()));
    }

    /** Proposes values for an argument of a prompt or a template; its server answers, under its own name for it. */
    void complete(ModernRequest request, ModernReply reply) {
        JsonSlice ref = request.parameter("ref");
        String type = ref == null ? null : ref.textMember("type");
        boolean prompt = "ref/prompt".equals(type);
        String name = ref == null ? null : ref.textMember(prompt ? "name" : "uri");
        if (name == null || (!prompt && !"ref/resource".equals(type))) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS,
                    "completion/complete needs params.ref of type ref/prompt with a name, or ref/resource with a uri.");
        }
        Offering offering = prompt ? Offering.PROMPT : Offering.TEMPLATE;
        routes.find(new ModernViewer(request, clients), offering, name, new RouteFinder.Receiver() {
            @Override
            public void found(Route route) {
                send(request, route, new UpstreamRequest(renamed(request.message(), route), null, timeout), reply);
            }

            @Override
            public void refused(GatewayException reason) {
                ModernErrors.refuse(reply, request.id(), reason);
            }
        });
    }

    private static Message renamed(Message message, Route route) {
        JsonSlice params = message.get(Field.PARAMS);
        JsonSlice ref = params == null ? null : params.member("ref");
        if (params == null || ref == null) {
            return message;
        }
        String key = "ref/prompt".equals(ref.textMember("type")) ? "name" : "uri";
        byte[] own = ref.withMember(key, route.quotedOriginal()).toBytes();
        return Message.parse(
                message.with(Field.PARAMS, params.withMember("ref", own).toBytes()));
    }

    /** Sends the request where the route leads and answers the client with what comes back. */
    void send(ModernRequest request, Route route, UpstreamRequest upstream, ModernReply reply) {
        ModernClients.Client client = clients.of(request.caller());
        client.began();
        tellLevel(request, client);
        ModernCall call =
                new ModernCall(request, reply, questions, answer -> readable(request, route, answer), client::ended);
        call.began(
                TaskCalls.mayBecome(request)
                        ? tasks.send(request, client, route, upstream, call)
                        : path.send(client.profile(request.meta().capabilities()), route, upstream, call));
    }

    /** A session that begins with this call hears of the level as it begins; those that are there hear of it now. */
    private void tellLevel(ModernRequest request, ModernClients.Client client) {
        LogLevel level = request.meta().logLevel();
        if (level != null && client.wants(level)) {
            client.allProfiles().forEach(each -> path.ask(each, "logging", ServerMessages.setLevel(level)));
        }
    }

    /** With URIs that lead back to this server. */
    private Message readable(ModernRequest request, Route route, Message answer) {
        try {
            return ReadableUris.expose(routes.view(new ModernViewer(request, clients)), route.service(), answer);
        } catch (GatewayException gone) {
            // The virtual server was taken away meanwhile: nobody reads these any more.
            return answer;
        }
    }

    private static String nameOf(Message message, Offering offering) {
        Field field = offering == Offering.RESOURCE ? Field.URI : Field.NAME;
        String name = message.text(field);
        if (name == null) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS,
                    message.method() + " needs a string in params." + (field == Field.URI ? "uri" : "name") + ".");
        }
        return name;
    }
}
