package io.forgemcp.server.manager;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.scaling.LoadSample;
import io.forgemcp.gateway.scaling.ScalingRecord;
import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.Route.Verb;
import io.forgemcp.server.rest.Json;
import io.forgemcp.server.rest.Permissions;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;

/** How many instances there should be: decided now, and why it was decided as it was. */
final class ScalingRoutes {
    private static final String DRY_RUN = "dryRun";

    private final Gateway gateway;
    private final Permissions permissions;

    ScalingRoutes(Gateway gateway, Permissions permissions) {
        this.gateway = gateway;
        this.permissions = permissions;
    }

    List<Route> routes() {
        return List.of(
                Route.rest(
                        Verb.POST,
                        "/services/auto-scale",
                        "Decides about every service once; with dryRun=true only explains.",
                        permissions.administer(this::pass),
                        DRY_RUN),
                Route.rest(
                        Verb.GET,
                        "/services/scaling-decisions",
                        "What was decided, oldest first: every change, what was held back, and the newest of each service.",
                        request -> Json.ok(Json.array(gateway.scalingHistory().stream(), ScalingRoutes::json))));
    }

    private CompletionStage<RestAnswer> pass(RestRequest request) {
        boolean dryRun = request.inputs().flag(DRY_RUN);
        return gateway.scale(!dryRun).thenApply(records -> {
            ObjectNode json = Json.object().put(DRY_RUN, dryRun);
            json.put(
                    "changes",
                    records.stream()
                            .filter(record -> record.target() != record.instances())
                            .count());
            json.set("decisions", Json.array(records.stream(), ScalingRoutes::json));
            return Json.answer(200, json);
        });
    }

    private static ObjectNode json(ScalingRecord record) {
        ObjectNode json = Json.object();
        json.put("at", record.at().toString());
        json.put("service", record.service().value());
        json.put("policy", record.policy());
        json.put("minInstances", record.limits().min());
        json.put("maxInstances", record.limits().max());
        json.put("instances", record.instances());
        json.put("wanted", record.wanted());
        json.put("target", record.target());
        json.put("outcome", record.outcome().name().toLowerCase(Locale.ROOT));
        json.put("reason", record.reason());
        LoadSample load = record.load();
        ObjectNode inputs = json.putObject("inputs");
        inputs.put("samples", record.samples());
        inputs.put("cpu", load == null ? null : load.cpu());
        inputs.put("memory", load == null ? null : load.memory());
        inputs.put("activeCalls", load == null ? null : (Integer) load.activeCalls());
        inputs.put("waitingCalls", load == null ? null : (Integer) load.waitingCalls());
        return json;
    }
}
