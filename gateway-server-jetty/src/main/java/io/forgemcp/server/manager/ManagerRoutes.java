package io.forgemcp.server.manager;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.thread.Workers;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.server.Management;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.prometheus.PrometheusMetrics;
import io.forgemcp.server.rest.Json;
import io.forgemcp.server.rest.MetricsRoutes;
import io.forgemcp.server.rest.OpenApi;
import io.forgemcp.server.rest.Permissions;
import io.forgemcp.server.rest.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

/** All routes of the service manager's listener, and the threads for those that block. */
public final class ManagerRoutes implements AutoCloseable {
    private final ExecutorService workers = Workers.blocking("forge-manager-rest");
    private final RegistrationRoutes registration;
    private final List<Route> routes = new ArrayList<>();

    public ManagerRoutes(Gateway gateway, Management management, Version version) {
        ServiceManager services = gateway.services();
        Timers timers = gateway.timers();
        Permissions permissions = new Permissions(gateway.accessPolicy());
        registration = new RegistrationRoutes(
                gateway, new RegisteredServices(gateway.store(), management.entries()), permissions);
        HealthRoutes health = new HealthRoutes(gateway, version, workers);
        routes.addAll(health.routes());
        routes.addAll(new StatusRoutes(services).routes());
        routes.addAll(new CommandRoutes(services, permissions, timers).routes());
        routes.addAll(new LogRoutes(services, timers, workers).routes());
        routes.addAll(registration.routes());
        routes.addAll(new ScalingRoutes(gateway, permissions).routes());
        routes.addAll(new PredictionRoutes(gateway, permissions).routes());
        routes.addAll(new ReportRoutes(gateway, health, workers).routes());
        if (gateway.metrics() instanceof PrometheusMetrics metrics) {
            routes.addAll(MetricsRoutes.routes(metrics));
        }
        routes.add(Route.open(
                "/openapi.json",
                "This document.",
                request -> Json.ok(OpenApi.document("Forge MCP Gateway, service manager", version.version(), routes))));
    }

    /** Every route. */
    public List<Route> all() {
        return List.copyOf(routes);
    }

    @Override
    public void close() {
        workers.shutdownNow();
        registration.close();
    }
}
