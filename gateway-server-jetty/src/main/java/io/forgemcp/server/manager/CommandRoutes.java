package io.forgemcp.server.manager;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.Force;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.Route.Verb;
import io.forgemcp.server.rest.CommandWait;
import io.forgemcp.server.rest.Json;
import io.forgemcp.server.rest.Known;
import io.forgemcp.server.rest.Permissions;
import io.forgemcp.server.rest.StatusJson;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/** Commands that change the state of services. Each answers when the change is done, is refused, or takes too long. */
final class CommandRoutes {
    private static final String FORCE = "force";

    private final ServiceManager services;
    private final Permissions permissions;
    private final CommandWait wait;
    private final Known known;

    CommandRoutes(ServiceManager services, Permissions permissions, Timers timers) {
        this.services = services;
        this.permissions = permissions;
        this.wait = new CommandWait(services, timers);
        this.known = new Known(services);
    }

    List<Route> routes() {
        return List.of(
                command("start", "Starts a service.", (name, force) -> services.start(name)),
                command("stop", "Stops a service unless calls are in flight.", services::stop),
                command("sleep", "Puts a service to sleep unless calls are in flight.", services::sleep),
                command("wake", "Wakes a service.", (name, force) -> services.wake(name)),
                command("restart", "Stops and starts a service unless calls are in flight.", this::restart),
                Route.rest(
                        Verb.POST,
                        "/services/{name}/wake-request",
                        "Asks for a service to be woken, and does not wait for it.",
                        permissions.administer(this::wakeRequest)),
                Route.rest(
                        Verb.POST,
                        "/services/sleep-all",
                        "Puts every running service to sleep; tells the result for each.",
                        permissions.administer(request -> forAll(
                                request, "sleep", status -> status.state() == ServiceState.RUNNING, services::sleep)),
                        FORCE),
                Route.rest(
                        Verb.POST,
                        "/services/wake-all",
                        "Wakes every service that sleeps; tells the result for each.",
                        permissions.administer(request ->
                                forAll(request, "wake", ServiceStatus::asleep, (name, force) -> services.wake(name))),
                        FORCE));
    }

    private Route command(
            String name, String summary, BiFunction<ServiceName, Force, CompletionStage<ServiceStatus>> action) {
        return Route.rest(
                Verb.POST,
                "/services/{name}/" + name,
                summary,
                permissions.administer(request -> {
                    ServiceName service = known.require(request).name();
                    Force force = force(request);
                    return wait.of(name, service, action.apply(service, force))
                            .thenApply(status -> Json.answer(200, StatusJson.of(status)));
                }),
                FORCE);
    }

    private CompletionStage<ServiceStatus> restart(ServiceName name, Force force) {
        return force == Force.NO
                ? services.restart(name)
                : services.stop(name, force).thenCompose(stopped -> services.start(name));
    }

    private CompletionStage<RestAnswer> wakeRequest(RestRequest request) {
        ServiceStatus status = known.require(request);
        services.definition(status.name()).map(ServiceDefinition::unavailable).ifPresent(problem -> {
            throw new GatewayException(
                    ErrorCode.SERVICE_UNAVAILABLE, "Service " + status.name() + " cannot be used: " + problem + ".");
        });
        // How it went is in the status and in the events.
        services.wakeRequest(status.name(), "asked to wake");
        return CompletableFuture.completedFuture(Json.answer(
                202,
                Json.object()
                        .put("name", status.name().value())
                        .put("state", status.state().label())
                        .put("accepted", true)));
    }

    private CompletionStage<RestAnswer> forAll(
            RestRequest request,
            String command,
            Predicate<ServiceStatus> concerned,
            BiFunction<ServiceName, Force, CompletionStage<ServiceStatus>> action) {
        Force force = force(request);
        List<CompletableFuture<ObjectNode>> results = new ArrayList<>();
        for (ServiceStatus status : services.statuses()) {
            results.add(
                    concerned.test(status)
                            ? wait.of(command, status.name(), action.apply(status.name(), force))
                                    .handle((after, failure) ->
                                            failure == null ? result(after, "done") : failed(status, failure))
                                    .toCompletableFuture()
                            : CompletableFuture.completedFuture(result(status, "unchanged")));
        }
        return CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))
                .thenApply(all -> {
                    ArrayNode list = Json.array(results.stream(), CompletableFuture::join);
                    ObjectNode json = Json.object();
                    for (String outcome : List.of("done", "unchanged", "refused", "failed")) {
                        json.put(
                                outcome,
                                results.stream()
                                        .filter(result -> result.join()
                                                .path("result")
                                                .asText()
                                                .equals(outcome))
                                        .count());
                    }
                    json.set("results", list);
                    return Json.answer(200, json);
                });
    }

    private static ObjectNode result(ServiceStatus status, String outcome) {
        return Json.object()
                .put("name", status.name().value())
                .put("result", outcome)
                .put("state", status.state().label());
    }

    private ObjectNode failed(ServiceStatus before, Throwable failure) {
        GatewayException reason = GatewayException.of(failure);
        ServiceStatus now = services.status(before.name()).orElse(before);
        return result(now, reason.code() == ErrorCode.ILLEGAL_TRANSITION ? "refused" : "failed")
                .put("code", reason.code().code())
                .put("detail", reason.getMessage());
    }

    private static Force force(RestRequest request) {
        return request.inputs().flag(FORCE) ? Force.YES : Force.NO;
    }
}
