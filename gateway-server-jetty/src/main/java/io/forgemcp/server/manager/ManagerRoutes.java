package io.forgemcp.server.manager;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.thread.Workers;
import io.forgemcp.gateway.time.Timers;
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
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** All routes of the service manager's listener, and the threads for those that block. */
public final class ManagerRoutes implements AutoCloseable {
    private final ExecutorService workers = Workers.blocking("forge-manager-rest");
    /** One change after the other, because each is several steps. */
    private final ThreadPoolExecutor changes = new ThreadPoolExecutor(
            1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Workers.daemons("forge-manager"));

    private final List<Route> routes = new ArrayList<>();

    /** @param startedAt since when the listener listens, on the gateway's clock that never jumps */
    public ManagerRoutes(Gateway gateway, Management management, Version version, long startedAt) {
        ServiceManager services = gateway.services();
        Timers timers = gateway.timers();
        Permissions permissions = new Permissions(gateway.accessPolicy());
        changes.allowCoreThreadTimeOut(true);
        RegistrationRoutes registration = new RegistrationRoutes(
                gateway, new RegisteredServices(gateway.store(), management.entries()), permissions, changes);
        HealthRoutes health = new HealthRoutes(gateway, version, startedAt, workers);
        routes.addAll(health.routes());
        routes.addAll(new StatusRoutes(services).routes());
        routes.addAll(new CommandRoutes(services, permissions, timers).routes());
        routes.addAll(new LogRoutes(services, timers, workers).routes());
        routes.addAll(registration.routes());
        routes.addAll(new SleepSettingsRoutes(ChangedSettings.of(gateway, management.sleep()), permissions, changes)
                .routes());
        routes.addAll(new ScalingRoutes(gateway, permissions).routes());
        routes.addAll(new PredictionRoutes(gateway, permissions).routes());
        routes.addAll(new AlertRoutes(gateway, permissions).routes());
        routes.addAll(new ComplianceRoutes(gateway, management.configuration(), workers).routes());
        routes.addAll(new ReportRoutes(gateway, health, workers).routes());
        if (gateway.metrics().destination() instanceof PrometheusMetrics metrics) {
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
        changes.shutdownNow();
    }
}
