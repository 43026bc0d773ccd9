package io.forgemcp.server.rest;

import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.Route.Verb;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;

/** Services: their state, and the commands that change it. */
final class ServiceRoutes {
    private static final int DEFAULT_TAIL = 200;
    private static final int MAX_TAIL = 10_000;

    private final ServiceManager services;
    private final Known known;
    private final Permissions permissions;
    private final CommandWait wait;
    private final Executor workers;

    /** @param workers for what may block, such as reading logs */
    ServiceRoutes(ServiceManager services, Permissions permissions, Timers timers, Executor workers) {
        this.services = services;
        this.known = new Known(services);
        this.permissions = permissions;
        this.wait = new CommandWait(services, timers);
        this.workers = workers;
    }

    List<Route> routes() {
        return List.of(
                Route.rest(Verb.GET, "/services", "Lists all services with their state.", this::all),
                Route.rest(Verb.GET, "/services/{name}", "Shows one service.", this::one),
                Route.rest(Verb.GET, "/services/{name}/status", "Shows one service.", this::one),
                command("start", "Starts a service.", (name, force) -> services.start(name)),
                command("stop", "Stops a service unless calls are in flight.", services::stop),
                command("sleep", "Puts a service to sleep unless calls are in flight.", services::sleep),
                command("wake", "Wakes a service.", (name, force) -> services.wake(name)),
                command("restart", "Stops and starts a service.", (name, force) -> services.restart(name)),
                Route.rest(Verb.GET, "/services/{name}/logs", "The last lines a service wrote.", this::logs, "tail"),
                Route.rest(
                        Verb.GET,
                        "/services/{name}/state-transitions",
                        "The last changes of a service's state, oldest first.",
                        this::transitions));
    }

    private Route command(
            String name, String summary, BiFunction<ServiceName, Force, CompletionStage<ServiceStatus>> action) {
        return Route.rest(
                Verb.POST,
                "/services/{name}/" + name,
                summary,
                permissions.administer(request -> {
                    ServiceName service = known.require(request).name();
                    Force force = request.inputs().flag("force") ? Force.YES : Force.NO;
                    return wait.of(name, service, action.apply(service, force))
                            .thenApply(status -> Json.answer(200, StatusJson.of(status)));
                }),
                "force");
    }

    private CompletionStage<RestAnswer> all(RestRequest request) {
        return Json.ok(Json.array(services.statuses().stream(), StatusJson::of));
    }

    private CompletionStage<RestAnswer> one(RestRequest request) {
        return Json.ok(StatusJson.of(known.require(request)));
    }

    private CompletionStage<RestAnswer> logs(RestRequest request) {
        ServiceName name = known.require(request).name();
        int lines = request.inputs().whole("tail", DEFAULT_TAIL, 1, MAX_TAIL);
        return CompletableFuture.supplyAsync(
                () -> Json.answer(
                        200,
                        Json.object()
                                .put("name", name.value())
                                .set("lines", Json.texts(services.logs(name, lines).stream()))),
                workers);
    }

    private CompletionStage<RestAnswer> transitions(RestRequest request) {
        ServiceName name = known.require(request).name();
        return Json.ok(Json.array(services.transitions(name).stream(), StatusJson::transition));
    }
}
