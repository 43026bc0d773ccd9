package io.forgemcp.server.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.catalog.CatalogEntry;
import io.forgemcp.gateway.catalog.ServerCatalog;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.Route.Verb;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The servers behind this gateway as a registry, which calls them gateways. */
final class GatewayRoutes {
    private final Gateway gateway;
    private final Permissions permissions;

    GatewayRoutes(Gateway gateway, Permissions permissions) {
        this.gateway = gateway;
        this.permissions = permissions;
    }

    List<Route> routes() {
        return List.of(
                Route.rest(Verb.GET, "/gateways", "Lists the servers behind this gateway.", this::list),
                Route.rest(Verb.GET, "/gateways/{id}", "Shows one server, by id, name or slug.", this::one),
                Route.rest(
                        Verb.POST,
                        "/gateways/{id}/tools/refresh",
                        "Asks a server what it offers and tells what has changed.",
                        permissions.administer(this::refresh)));
    }

    static String id(ServiceName service) {
        return Json.id("gateway", service.value().toLowerCase(Locale.ROOT));
    }

    private CompletionStage<RestAnswer> list(RestRequest request) {
        return Json.ok(Json.array(gateway.catalog().snapshot().servers().values().stream(), this::describe));
    }

    private CompletionStage<RestAnswer> one(RestRequest request) {
        return Json.ok(describe(require(request.variable())));
    }

    private CompletionStage<RestAnswer> refresh(RestRequest request) {
        ServerCatalog before = require(request.variable());
        return gateway.catalog().refresh(before.service()).thenApply(after -> Json.answer(200, changes(before, after)));
    }

    private ServerCatalog require(String wanted) {
        return gateway.catalog().snapshot().servers().values().stream()
                .filter(server -> server.service().value().equalsIgnoreCase(wanted)
                        || server.service().slug().equals(wanted)
                        || id(server.service()).equals(wanted))
                .findFirst()
                .orElseThrow(() -> new GatewayException(
                        ErrorCode.UNKNOWN_SERVICE,
                        "There is no gateway \"" + wanted + "\". GET /gateways lists them."));
    }

    private ObjectNode describe(ServerCatalog server) {
        Optional<ServiceDefinition> definition = gateway.services().definition(server.service());
        ObjectNode json = Json.object();
        json.put("id", id(server.service()));
        json.put("name", server.service().value());
        json.put("slug", server.service().slug());
        json.put("url", definition.map(GatewayRoutes::url).orElse(null));
        json.put("transport", definition.map(GatewayRoutes::transport).orElse(null));
        json.put("description", definition.map(ServiceDefinition::description).orElse(""));
        json.put(
                "enabled",
                definition.map(service -> service.unavailable() == null).orElse(false));
        json.put("reachable", server.isLearnt() && server.problem() == null);
        json.put(
                "lastSeen", server.learntAt() == null ? null : server.learntAt().toString());
        json.put("error", server.problem());
        if (server.initialize() != null) {
            Json.raw(json, "capabilities", server.initialize().member("capabilities"));
            Json.raw(json, "serverInfo", server.initialize().member("serverInfo"));
        }
        json.put("tools", server.tools().size());
        json.put("prompts", server.prompts().size());
        json.put("resources", server.resources().size());
        definition.ifPresent(
                service -> json.set("tags", Json.texts(service.tags().stream().sorted())));
        return json;
    }

    /** Where it is, without the parts of a URL that may hold secrets; null if it has no URL. */
    private static @Nullable String url(ServiceDefinition service) {
        if (!(service.launch() instanceof Launch.Remote remote)) {
            return null;
        }
        URI url = remote.url();
        String port = url.getPort() < 0 ? "" : ":" + url.getPort();
        return url.getScheme() + "://" + url.getHost() + port + (url.getRawPath() == null ? "" : url.getRawPath());
    }

    private static String transport(ServiceDefinition service) {
        WireProtocol wire = service.wire();
        return wire == WireProtocol.SSE ? "SSE" : wire == WireProtocol.STDIO ? "STDIO" : "STREAMABLEHTTP";
    }

    private static ObjectNode changes(ServerCatalog before, ServerCatalog after) {
        Map<String, CatalogEntry> old = byName(before);
        Map<String, CatalogEntry> now = byName(after);
        ObjectNode json = Json.object();
        json.set(
                "added",
                Json.texts(now.keySet().stream()
                        .filter(name -> !old.containsKey(name))
                        .sorted()));
        json.set(
                "changed",
                Json.texts(now.values().stream()
                        .filter(tool -> old.containsKey(tool.name()) && !tool.equals(old.get(tool.name())))
                        .map(CatalogEntry::name)
                        .sorted()));
        json.set(
                "removed",
                Json.texts(old.keySet().stream()
                        .filter(name -> !now.containsKey(name))
                        .sorted()));
        json.put("tools", now.size());
        return json;
    }

    private static Map<String, CatalogEntry> byName(ServerCatalog server) {
        return server.tools().stream()
                .collect(Collectors.toMap(CatalogEntry::name, Function.identity(), (first, second) -> first));
    }
}
