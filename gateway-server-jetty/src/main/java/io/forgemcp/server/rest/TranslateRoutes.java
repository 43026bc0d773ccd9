package io.forgemcp.server.rest;

import io.forgemcp.gateway.protocol.JsonText;
import io.forgemcp.gateway.translate.Bridge;
import io.forgemcp.gateway.translate.BridgeSettings;
import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.Route.Verb;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * All routes of a bridge's listener. Health is written by hand, because loading a JSON library would be a noticeable part
 * of a start that has to be quick.
 */
public final class TranslateRoutes {
    /** What a bridge serves. */
    public enum Face {
        STREAMABLE_HTTP,
        SSE
    }

    private final Bridge bridge;
    private final List<Route> routes = new ArrayList<>();

    public TranslateRoutes(Bridge bridge, BridgeSettings settings, Set<Face> faces) {
        this.bridge = bridge;
        Set<Face> served = faces.isEmpty() ? EnumSet.allOf(Face.class) : faces;
        if (served.contains(Face.STREAMABLE_HTTP)) {
            routes.add(Route.mcp(
                    Verb.POST,
                    "/mcp",
                    "Sends a message to the server (MCP streamable HTTP).",
                    bridge.streamableHttp()));
            routes.add(Route.mcp(Verb.GET, "/mcp", "Opens the stream of a session.", bridge.streamableHttp()));
            routes.add(Route.mcp(Verb.DELETE, "/mcp", "Ends a session.", bridge.streamableHttp()));
        }
        if (served.contains(Face.SSE)) {
            routes.add(Route.mcp(
                    Verb.GET, settings.ssePath(), "Opens a session (MCP HTTP+SSE, 2024-11-05).", bridge.sse()));
            routes.add(Route.mcp(
                    Verb.POST, settings.messagePath(), "Sends a message to an HTTP+SSE session.", bridge.sse()));
        }
        routes.add(Route.open("/health", "Says whether the server behind the bridge lives; 503 if not.", this::health));
        routes.add(Route.open("/healthz", "The same as /health.", this::health));
        routes.add(Route.open("/ready", "The same as /health.", this::health));
        routes.add(
                Route.open("/live", "Says that the bridge answers.", request -> answer(200, "{\"status\":\"alive\"}")));
        routes.add(Route.open(
                "/openapi.json",
                "This document.",
                request -> Json.ok(OpenApi.document("Forge MCP translate", settings.version(), List.copyOf(routes)))));
    }

    /** Every route. */
    public List<Route> all() {
        return List.copyOf(routes);
    }

    private CompletionStage<RestAnswer> health(RestRequest request) {
        Bridge.Health health = bridge.health();
        String reason = health.reason() == null
                ? ""
                : ",\"reason\":" + new String(JsonText.quote(health.reason()), StandardCharsets.UTF_8);
        return answer(
                health.healthy() ? 200 : 503,
                "{\"status\":\"" + (health.healthy() ? "healthy" : "unhealthy") + "\",\"sessions\":" + health.sessions()
                        + ",\"childrenDown\":" + health.childrenDown() + reason + "}");
    }

    private static CompletionStage<RestAnswer> answer(int status, String json) {
        return CompletableFuture.completedFuture(RestAnswer.json(status, json.getBytes(StandardCharsets.UTF_8)));
    }
}
