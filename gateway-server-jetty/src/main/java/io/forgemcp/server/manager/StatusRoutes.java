package io.forgemcp.server.manager;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.Route.Verb;
import io.forgemcp.server.rest.Json;
import io.forgemcp.server.rest.Known;
import io.forgemcp.server.rest.StatusJson;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** How the services are. Changes and wakes nothing. */
final class StatusRoutes {
    private final ServiceManager services;
    private final Known known;

    StatusRoutes(ServiceManager services) {
        this.services = services;
        this.known = new Known(services);
    }

    List<Route> routes() {
        return List.of(
                Route.rest(Verb.GET, "/services", "Lists all services with their state.", this::all),
                Route.rest(Verb.GET, "/services/status", "The same as a map from name to state.", this::byName),
                Route.rest(Verb.GET, "/services/{name}", "Shows one service.", this::one),
                Route.rest(Verb.GET, "/services/{name}/status", "Shows one service.", this::one),
                Route.rest(
                        Verb.GET,
                        "/services/{name}/state-transitions",
                        "The last changes of a service's state, oldest first.",
                        this::transitions));
    }

    private CompletionStage<RestAnswer> all(RestRequest request) {
        return Json.ok(Json.array(services.statuses().stream(), StatusJson::of));
    }

    private CompletionStage<RestAnswer> byName(RestRequest request) {
        ObjectNode json = Json.object();
        services.statuses().forEach(status -> json.set(status.name().value(), StatusJson.of(status)));
        return Json.ok(json);
    }

    private CompletionStage<RestAnswer> one(RestRequest request) {
        return Json.ok(StatusJson.of(known.require(request)));
    }

    private CompletionStage<RestAnswer> transitions(RestRequest request) {
        return Json.ok(
                Json.array(services.transitions(known.require(request).name()).stream(), StatusJson::transition));
    }
}
