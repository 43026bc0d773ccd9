package io.forgemcp.server.manager;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.endpoint.CallTally;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.scaling.efficiency.EfficiencyReport;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.Route.Verb;
import io.forgemcp.server.rest.Json;
import io.forgemcp.server.rest.Known;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** What services and this machine use, and what sleeping saves. */
final class ReportRoutes {
    private final Gateway gateway;
    private final HealthRoutes health;
    private final Executor workers;
    private final HostMachine host = new HostMachine();
    private final ReportJson reports;
    private final Known known;

    /** @param workers for reading what the system says */
    ReportRoutes(Gateway gateway, HealthRoutes health, Executor workers) {
        this.gateway = gateway;
        this.health = health;
        this.workers = workers;
        this.reports = new ReportJson(host);
        this.known = new Known(gateway.services());
    }

    List<Route> routes() {
        return List.of(
                route("/metrics/performance", "Calls and wake times of every service.", this::performance),
                route("/metrics/system", "What this machine has and uses.", host::json),
                route("/metrics/efficiency", "What sleeping saves, measured, service by service.", this::efficiency),
                route("/metrics/resources", "What every service uses now, and all together.", this::resources),
                route(
                        "/metrics/cost",
                        "Memory over time, with and without sleeping.",
                        () -> reports.cost(gateway.efficiency())),
                route("/system/resources", "What this machine has and uses.", host::json),
                route("/system/metrics", "This machine and all services in one.", this::system),
                route("/system/health", "The health of the manager, and this machine.", this::systemHealth),
                route("/system/efficiency", "What sleeping saves, measured, service by service.", this::efficiency),
                route("/monitoring/dashboard", "Everything that a dashboard shows, in one answer.", this::dashboard),
                Route.rest(Verb.GET, "/services/{name}/metrics", "What was measured of one service.", this::ofService));
    }

    private Route route(String path, String summary, Supplier<ObjectNode> answer) {
        return Route.rest(
                Verb.GET,
                path,
                summary,
                request -> CompletableFuture.supplyAsync(() -> Json.answer(200, answer.get()), workers));
    }

    private ObjectNode efficiency() {
        ObjectNode json = reports.efficiency(gateway.efficiency());
        json.set("depths", Json.array(gateway.services().efficiency().stream(), ReportJson::depths));
        ObjectNode withheld = json.putObject("sleep_depths_withheld");
        gateway.services().runtimes().stream()
                .filter(runtime -> !runtime.withheldDepths().isEmpty())
                .forEach(runtime -> {
                    ObjectNode reasons = withheld.putObject(runtime.name());
                    new TreeMap<>(runtime.withheldDepths())
                            .forEach((depth, reason) -> reasons.put(depth.name().toLowerCase(Locale.ROOT), reason));
                });
        return json;
    }

    private ObjectNode resources() {
        List<ServiceStatus> statuses = gateway.services().statuses();
        ObjectNode json = Json.object();
        json.set("services", Json.array(statuses.stream(), ReportJson::use));
        json.set("total", ReportJson.total(statuses));
        json.put("memory_unit", "MB");
        json.put("cpu_unit", "percent of one core");
        return json;
    }

    private ObjectNode performance() {
        EfficiencyReport report = gateway.efficiency();
        Map<ServiceName, CallTally.Reading> calls = gateway.calls();
        ObjectNode json = Json.object();
        json.set(
                "services",
                Json.array(
                        gateway.services().statuses().stream(),
                        status -> ReportJson.performance(
                                status, calls.get(status.name()), ReportJson.find(report, status.name()))));
        json.set("wake_time_by_priority", ReportJson.wakes(report.wakes()));
        json.put("method", "Durations are of the last 256 calls and wakes of each service since the gateway started.");
        return json;
    }

    private ObjectNode system() {
        ObjectNode json = Json.object();
        json.set("system", host.json());
        json.set("services", ReportJson.total(gateway.services().statuses()));
        return json;
    }

    private ObjectNode systemHealth() {
        ObjectNode json = health.health();
        json.set("system", host.json());
        return json;
    }

    private ObjectNode dashboard() {
        ObjectNode json = Json.object();
        json.put("at", gateway.timers().now().toString());
        json.set("summary", health.health());
        json.set("system", host.json());
        ArrayNode services = json.putArray("services");
        gateway.services().statuses().forEach(status -> services.add(io.forgemcp.server.rest.StatusJson.of(status)));
        json.set("resources", resources());
        json.set("performance", performance());
        json.set("efficiency", efficiency());
        json.set("cost", reports.cost(gateway.efficiency()));
        return json;
    }

    private CompletionStage<RestAnswer> ofService(RestRequest request) {
        ServiceStatus status = known.require(request);
        EfficiencyReport report = gateway.efficiency();
        ObjectNode json = ReportJson.use(status);
        json.setAll(ReportJson.performance(
                status, gateway.calls().get(status.name()), ReportJson.find(report, status.name())));
        ReportJson.find(report, status.name())
                .ifPresent(service -> json.set("efficiency", ReportJson.service(service)));
        return Json.ok(json);
    }
}
