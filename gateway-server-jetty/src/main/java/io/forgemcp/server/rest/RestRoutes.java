package io.forgemcp.server.rest;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.thread.Workers;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.prometheus.PrometheusMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

/** All REST routes of the gateway's listener, and the threads for those that block. */
public final class RestRoutes implements AutoCloseable {
    private final ExecutorService workers = Workers.blocking("forge-rest");
    private final List<Route> routes = new ArrayList<>();

    /** @param others the MCP routes, for the OpenAPI document */
    public RestRoutes(Gateway gateway, Version version, List<Route> others) {
        Permissions permissions = new Permissions(gateway.accessPolicy());
        ToolRoutes tools = new ToolRoutes(gateway);
        routes.addAll(others);
        routes.addAll(new HealthRoutes(gateway, version).routes());
        routes.addAll(new ServiceRoutes(gateway.services(), permissions, gateway.timers(), workers).routes());
        routes.addAll(new GatewayRoutes(gateway, permissions).routes());
        routes.addAll(tools.routes());
        routes.addAll(new VirtualServerRoutes(gateway, tools).routes());
        routes.addAll(new EventRoutes(gateway.events()).routes());
        if (gateway.metrics().destination() instanceof PrometheusMetrics metrics) {
            routes.addAll(MetricsRoutes.routes(metrics));
        }
        routes.add(Route.open(
                "/openapi.json",
                "This document.",
                request -> Json.ok(OpenApi.document("Forge MCP Gateway", version.version(), routes))));
    }

    /** Every route, those of MCP included. */
    public List<Route> all() {
        return List.copyOf(routes);
    }

    @Override
    public void close() {
        workers.shutdownNow();
    }
}
