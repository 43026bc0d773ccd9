package io.forgemcp.server.manager;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.lifecycle.RuntimeStatus;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.rest.Json;
import io.forgemcp.server.rest.Version;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Whether services can be run. Asks for no identity, so it tells no names of services. */
final class HealthRoutes {
    private static final String DOCKER = "docker";
    private static final String NOT_CONFIGURED = "not_configured";

    private final Gateway gateway;
    private final Version version;
    private final Executor workers;
    private final long startedAt;

    /** @param workers may block: an engine is asked whether it is there */
    HealthRoutes(Gateway gateway, Version version, long startedAt, Executor workers) {
        this.gateway = gateway;
        this.version = version;
        this.workers = workers;
        this.startedAt = startedAt;
    }

    List<Route> routes() {
        return List.of(
                Route.open(
                        "/health", "Says whether services can be run; 503 when their runtime is gone.", this::health),
                Route.open("/ready", "Says runtime by runtime whether it works.", this::ready),
                Route.open(
                        "/live",
                        "Says that the process answers.",
                        request -> Json.ok(Json.object().put("status", "alive"))));
    }

    /** The counts by state, and whether every runtime that is needed works. May block. */
    ObjectNode health() {
        List<ServiceStatus> services = gateway.services().statuses();
        List<RuntimeStatus> runtimes = gateway.services().runtimes();
        ObjectNode json = Json.object();
        json.put("status", isHealthy(services, runtimes) ? "healthy" : "unhealthy");
        json.put("docker_connection", docker(services, runtimes));
        for (ServiceState state :
                List.of(ServiceState.RUNNING, ServiceState.SLEEPING, ServiceState.STOPPED, ServiceState.ERROR)) {
            json.put(
                    "services_" + state.name().toLowerCase(Locale.ROOT),
                    services.stream()
                            .filter(service -> service.state() == state)
                            .count());
        }
        json.put("services_total", services.size());
        json.put("version", version.version());
        json.put(
                "uptimeSeconds", TimeUnit.NANOSECONDS.toSeconds(gateway.timers().nanoTime() - startedAt));
        return json;
    }

    private CompletionStage<RestAnswer> health(RestRequest request) {
        return CompletableFuture.supplyAsync(
                () -> {
                    ObjectNode health = health();
                    return answer(health.path("status").asText().equals("healthy"), health);
                },
                workers);
    }

    private CompletionStage<RestAnswer> ready(RestRequest request) {
        return CompletableFuture.supplyAsync(this::ready, workers);
    }

    private RestAnswer ready() {
        List<RuntimeStatus> runtimes = gateway.services().runtimes();
        boolean ready = isHealthy(gateway.services().statuses(), runtimes);
        ObjectNode json = Json.object().put("status", ready ? "ready" : "not ready");
        json.set(
                "statusItems",
                Json.array(
                        runtimes.stream(),
                        runtime -> Json.object()
                                .put("name", runtime.name())
                                .put("statusCode", runtime.problem() == null ? 200 : 503)
                                .put("message", runtime.problem() == null ? "Works" : runtime.problem())));
        return answer(ready, json);
    }

    private static RestAnswer answer(boolean well, ObjectNode json) {
        return Json.answer(well ? 200 : 503, json);
    }

    /** A runtime that no service uses may be gone without anybody being the worse for it. */
    private boolean isHealthy(List<ServiceStatus> services, List<RuntimeStatus> runtimes) {
        return runtimes.stream()
                .filter(runtime -> runtime.problem() != null)
                .noneMatch(runtime -> services.stream().anyMatch(service -> needs(service, runtime)));
    }

    private boolean needs(ServiceStatus service, RuntimeStatus runtime) {
        return service.runtime() != null
                ? runtime.name().equals(service.runtime())
                : definition(service)
                        .map(known -> known.runtime().name().equalsIgnoreCase(runtime.name()))
                        .orElse(false);
    }

    /** Without an engine, and without a service that names an image, nobody has asked for containers. */
    private String docker(List<ServiceStatus> services, List<RuntimeStatus> runtimes) {
        RuntimeStatus docker = runtimes.stream()
                .filter(runtime -> runtime.name().equals(DOCKER))
                .findFirst()
                .orElse(null);
        if (docker == null) {
            return NOT_CONFIGURED;
        }
        if (docker.problem() == null) {
            return "ok";
        }
        return services.stream().anyMatch(service -> needs(service, docker) || hasImage(service))
                ? "unavailable"
                : NOT_CONFIGURED;
    }

    private boolean hasImage(ServiceStatus service) {
        return definition(service)
                .filter(known -> known.launch() instanceof Launch.Command command && command.image() != null)
                .isPresent();
    }

    private Optional<ServiceDefinition> definition(ServiceStatus service) {
        return gateway.services().definition(service.name());
    }
}
