package io.forgemcp.server.manager;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.compliance.Compliance;
import io.forgemcp.gateway.compliance.ComplianceReport;
import io.forgemcp.gateway.compliance.Facts;
import io.forgemcp.gateway.compliance.Verdict;
import io.forgemcp.gateway.config.Configuration;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.Route.Verb;
import io.forgemcp.server.rest.Json;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Whether this gateway keeps to its checklist. */
final class ComplianceRoutes {
    private final Gateway gateway;
    private final @Nullable Configuration configuration;
    private final Executor workers;

    /**
     * @param configuration null where there are no files
     * @param workers for reading them
     */
    ComplianceRoutes(Gateway gateway, @Nullable Configuration configuration, Executor workers) {
        this.gateway = gateway;
        this.configuration = configuration;
        this.workers = workers;
    }

    List<Route> routes() {
        return List.of(Route.rest(
                Verb.GET,
                "/compliance",
                "The checklist of docker-standards-checklist.yml, judged, with a score.",
                request -> CompletableFuture.supplyAsync(
                        () -> Json.answer(200, json(Compliance.report(facts()))), workers)));
    }

    private Facts facts() {
        List<ServiceStatus> statuses = gateway.services().statuses();
        return new Facts(
                configuration,
                statuses.stream()
                        .flatMap(status -> gateway.services().definition(status.name()).stream())
                        .toList(),
                statuses,
                gateway.efficiency().wakes(),
                gateway.alerts().settings().rules(),
                !(gateway.metrics().destination() instanceof NoMetrics));
    }

    private static ObjectNode json(ComplianceReport report) {
        ObjectNode json = Json.object();
        json.put("score", report.score());
        json.put("passThreshold", report.threshold());
        json.put("passed", report.passed());
        ObjectNode areas = json.putObject("areas");
        report.areas()
                .forEach((name, area) -> areas.putObject(name)
                        .put("weight", area.weight())
                        .put("passed", area.passed())
                        .put("judged", area.judged()));
        json.set("checks", Json.array(report.checks().stream(), ComplianceRoutes::json));
        return json;
    }

    private static ObjectNode json(ComplianceReport.Check check) {
        Verdict verdict = check.verdict();
        return Json.object()
                .put("area", check.area())
                .put("name", check.name())
                .put("description", check.description())
                .put("required", check.required())
                .put("result", verdict.outcome().name().toLowerCase(Locale.ROOT))
                .put("reason", verdict.reason())
                .put("remedy", verdict.remedy());
    }
}
