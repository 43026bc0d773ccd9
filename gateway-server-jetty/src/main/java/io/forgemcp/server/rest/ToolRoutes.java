package io.forgemcp.server.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.catalog.ServerCatalog;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.ExposedList;
import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.Route.Verb;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Every tool that the caller may use, read from the catalog: wakes nobody. */
final class ToolRoutes {
    private static final int DEFAULT_PAGE = 50;
    private static final int MAX_PAGE = 100_000;

    private final Gateway gateway;

    ToolRoutes(Gateway gateway) {
        this.gateway = gateway;
    }

    List<Route> routes() {
        return List.of(
                Route.rest(
                        Verb.GET,
                        "/tools",
                        "Lists tools; limit=0 is all of them.",
                        this::list,
                        "limit",
                        "include_pagination",
                        "cursor"),
                Route.rest(Verb.GET, "/tools/{id}", "Shows one tool, by id or name.", this::one));
    }

    private CompletionStage<RestAnswer> list(RestRequest request) {
        List<ExposedList.Entry> tools = visible(null, request.caller());
        long version = gateway.catalog().snapshot().version();
        boolean paginated = request.inputs().flag("include_pagination");
        String cursor = request.inputs().text("cursor");
        int from = cursor == null ? 0 : offset(cursor, version, tools.size());
        int limit = request.inputs().whole("limit", paginated ? DEFAULT_PAGE : 0, 0, MAX_PAGE);
        int to = limit == 0 ? tools.size() : Math.min(tools.size(), from + limit);
        var page = Json.array(tools.subList(from, to).stream(), this::tool);
        if (!paginated) {
            return Json.ok(page);
        }
        ObjectNode json = Json.object();
        json.set("tools", page);
        json.put("nextCursor", to < tools.size() ? cursor(version, to) : null);
        return Json.ok(json);
    }

    private CompletionStage<RestAnswer> one(RestRequest request) {
        return visible(null, request.caller()).stream()
                .filter(tool -> tool.name().equals(request.variable()) || id(tool).equals(request.variable()))
                .findFirst()
                .map(tool -> Json.ok(tool(tool)))
                .orElseThrow(() -> new GatewayException(
                        ErrorCode.UNKNOWN_TOOL,
                        "There is no tool \"" + request.variable() + "\". GET /tools lists them."));
    }

    /** What the virtual server, or the one over everything, shows to this caller. */
    List<ExposedList.Entry> visible(@Nullable String server, Caller caller) {
        return gateway.virtualServers().view(server).tools().entries().stream()
                .filter(tool -> gateway.accessPolicy()
                        .mayCall(caller, tool.route().service(), tool.route().original()))
                .toList();
    }

    ObjectNode tool(ExposedList.Entry tool) {
        ServiceName service = tool.route().service();
        JsonSlice description = tool.json();
        ObjectNode json = Json.object();
        json.put("id", id(tool));
        json.put("name", tool.name());
        json.put("originalName", tool.route().original());
        json.put("description", description.textMember("description"));
        for (String member : List.of("title", "inputSchema", "outputSchema", "annotations", "icons", "_meta")) {
            Json.raw(json, member, description.member(member));
        }
        json.put("gatewayId", GatewayRoutes.id(service));
        json.put("gatewaySlug", service.slug());
        json.put("enabled", true);
        json.put("reachable", problem(service) == null);
        json.putNull("executionCount");
        json.putNull("metrics");
        return json;
    }

    private @Nullable String problem(ServiceName service) {
        return gateway.catalog()
                .snapshot()
                .server(service)
                .map(ServerCatalog::problem)
                .orElse(null);
    }

    private static String id(ExposedList.Entry tool) {
        return Json.id(
                "tool", tool.route().service().slug() + "/" + tool.route().original());
    }

    private static String cursor(long version, int offset) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((version + ":" + offset).getBytes(StandardCharsets.US_ASCII));
    }

    private static int offset(String cursor, long version, int size) {
        try {
            String[] parts = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII).split(":", 2);
            int offset = Integer.parseInt(parts[1]);
            if (Long.parseLong(parts[0]) == version && offset >= 0 && offset <= size) {
                return offset;
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException notOurs) {
            // Refused below like one of an older catalog.
        }
        throw new GatewayException(
                ErrorCode.INVALID_PARAMS,
                "The cursor is not valid, or the list has changed since it was handed out. Begin again without one.");
    }
}
