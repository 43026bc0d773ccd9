package io.forgemcp.server.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.virtualserver.ExposedList;
import io.forgemcp.gateway.virtualserver.ServerView;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.Route.Verb;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Virtual servers and what they show, read from the catalog: wakes nobody. */
final class VirtualServerRoutes {
    private final Gateway gateway;
    private final ToolRoutes tools;

    VirtualServerRoutes(Gateway gateway, ToolRoutes tools) {
        this.gateway = gateway;
        this.tools = tools;
    }

    List<Route> routes() {
        return List.of(
                Route.rest(Verb.GET, "/servers", "Lists virtual servers.", this::list),
                Route.rest(Verb.GET, "/servers/{id}", "Shows one virtual server, by id or name.", this::one),
                Route.rest(Verb.GET, "/servers/{id}/tools", "Lists the tools of a virtual server.", this::tools),
                Route.rest(
                        Verb.GET,
                        "/servers/{id}/resources",
                        "Lists the resources of a virtual server.",
                        request -> described(request, ServerView::resources)),
                Route.rest(
                        Verb.GET,
                        "/servers/{id}/prompts",
                        "Lists the prompts of a virtual server.",
                        request -> described(request, ServerView::prompts)));
    }

    private CompletionStage<RestAnswer> list(RestRequest request) {
        return Json.ok(Json.array(
                gateway.virtualServers().all().stream().filter(server -> mayUse(request.caller(), server)),
                server -> describe(server, request.caller())));
    }

    private CompletionStage<RestAnswer> one(RestRequest request) {
        return Json.ok(describe(require(request), request.caller()));
    }

    private CompletionStage<RestAnswer> tools(RestRequest request) {
        String name = require(request).name();
        return Json.ok(Json.array(tools.visible(name, request.caller()).stream(), tools::tool));
    }

    private CompletionStage<RestAnswer> described(RestRequest request, Function<ServerView, ExposedList> list) {
        ServerView view = gateway.virtualServers().view(require(request).name());
        return Json.ok(Json.array(list.apply(view).entries().stream(), VirtualServerRoutes::asIs));
    }

    private static JsonNode asIs(ExposedList.Entry entry) {
        return JsonNodeFactory.instance.rawValueNode(new RawValue(entry.json().toString()));
    }

    private VirtualServer require(RestRequest request) {
        return gateway.virtualServers()
                .find(request.variable())
                .filter(server -> mayUse(request.caller(), server))
                .orElseThrow(() -> new GatewayException(
                        ErrorCode.UNKNOWN_VIRTUAL_SERVER,
                        "There is no virtual server \"" + request.variable() + "\". GET /servers lists them."));
    }

    private boolean mayUse(Caller caller, VirtualServer server) {
        return gateway.accessPolicy().mayUse(caller, server.name());
    }

    private ObjectNode describe(VirtualServer server, Caller caller) {
        ObjectNode json = Json.object();
        json.put("id", server.id().toString());
        json.put("name", server.name());
        json.put("description", server.description());
        json.put("enabled", server.enabled());
        json.put("naming", server.naming().name().toLowerCase(Locale.ROOT));
        json.set("services", Json.texts(server.services().stream().map(Object::toString)));
        json.set(
                "associatedTools",
                Json.texts(
                        server.enabled()
                                ? tools.visible(server.name(), caller).stream().map(ExposedList.Entry::name)
                                : java.util.stream.Stream.empty()));
        return json;
    }
}
