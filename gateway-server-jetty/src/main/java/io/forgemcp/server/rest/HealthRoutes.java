package io.forgemcp.server.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Whether the gateway works. Asks for no identity, so it tells no names. */
final class HealthRoutes {
    private final Gateway gateway;
    private final Version version;
    private final long startedAt;

    HealthRoutes(Gateway gateway, Version version) {
        this.gateway = gateway;
        this.version = version;
        this.startedAt = gateway.timers().nanoTime();
    }

    List<Route> routes() {
        return List.of(
                Route.open(
                        "/health", "Says whether the gateway works; 503 names the part that does not.", this::health),
                Route.open("/ready", "Says part by part whether the gateway is ready for calls.", this::ready),
                Route.open("/live", "Says that the process answers.", request -> Json.ok(status("alive"))),
                Route.open("/version", "What runs here.", this::version));
    }

    private CompletionStage<RestAnswer> health(RestRequest request) {
        List<ServiceStatus> services = gateway.services().statuses();
        ObjectNode json = status("healthy");
        json.put("services_running", count(services, ServiceState.RUNNING));
        json.put("services_sleeping", count(services, ServiceState.SLEEPING));
        json.put("services_error", count(services, ServiceState.ERROR));
        json.put("services_total", services.size());
        json.put("tools", gateway.virtualServers().view(null).tools().entries().size());
        json.put("uptimeSeconds", uptimeSeconds());
        return Json.ok(json);
    }

    private CompletionStage<RestAnswer> ready(RestRequest request) {
        ObjectNode json = status("ready");
        json.putArray("statusItems")
                .add(item("registry", gateway.services().statuses().size() + " services are known"))
                .add(item("catalog", gateway.catalog().snapshot().servers().size() + " servers are in the catalog"))
                .add(item("listener", "Answering"));
        return Json.ok(json);
    }

    private static ObjectNode item(String name, String message) {
        return Json.object().put("name", name).put("statusCode", 200).put("message", message);
    }

    private CompletionStage<RestAnswer> version(RestRequest request) {
        return Json.ok(Json.object()
                .put("name", "forge-mcp-gateway")
                .put("version", version.version())
                .put("commit", version.commit())
                .put("java", Runtime.version().toString())
                .put("uptimeSeconds", uptimeSeconds()));
    }

    private static ObjectNode status(String value) {
        return Json.object().put("status", value);
    }

    private static long count(List<ServiceStatus> services, ServiceState state) {
        return services.stream().filter(service -> service.state() == state).count();
    }

    private long uptimeSeconds() {
        return TimeUnit.NANOSECONDS.toSeconds(gateway.timers().nanoTime() - startedAt);
    }
}
