package io.forgemcp.server.manager;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.server.http.JsonBody;
import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.Route.Verb;
import io.forgemcp.server.rest.Json;
import io.forgemcp.server.rest.Known;
import io.forgemcp.server.rest.Permissions;
import io.forgemcp.server.rest.StatusJson;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/** Registers and deletes services at run time; both survive a restart. */
final class RegistrationRoutes {
    private final Gateway gateway;
    private final RegisteredServices registered;
    private final Permissions permissions;
    private final Known known;
    private final Executor changes;

    /** @param changes runs one change after the other; may block */
    RegistrationRoutes(Gateway gateway, RegisteredServices registered, Permissions permissions, Executor changes) {
        this.gateway = gateway;
        this.registered = registered;
        this.permissions = permissions;
        this.known = new Known(gateway.services());
        this.changes = changes;
    }

    List<Route> routes() {
        return List.of(
                Route.document(
                        Verb.POST,
                        "/services/{name}/register",
                        "Adds a service, or replaces one; the body is an entry of services.yml as JSON.",
                        permissions.administer(this::register)),
                Route.rest(
                        Verb.DELETE,
                        "/services/{name}",
                        "Stops a service and forgets it, unless calls are in flight.",
                        permissions.administer(this::delete)));
    }

    private CompletionStage<RestAnswer> register(RestRequest request) {
        ObjectNode entry = JsonBody.object(request.body());
        String name = request.variable();
        return CompletableFuture.supplyAsync(
                () -> {
                    ServiceDefinition service = registered.read(name, entry);
                    refuseWhatCannotStart(service);
                    refuseWhileBusy(service.name(), "replaced");
                    registered.remember(service.name(), entry);
                    if (gateway.services().definition(service.name()).isPresent()) {
                        gateway.remove(service.name()).toCompletableFuture().join();
                    }
                    gateway.add(service);
                    if (service.autoStart() || service.instances().min() > 0) {
                        gateway.services().wakeRequest(service.name(), "registered");
                    }
                    return Json.answer(200, StatusJson.of(status(service.name())));
                },
                changes);
    }

    private CompletionStage<RestAnswer> delete(RestRequest request) {
        ServiceName name = known.require(request).name();
        return CompletableFuture.supplyAsync(
                () -> {
                    refuseWhileBusy(known.require(request).name(), "deleted");
                    registered.rememberDeleted(name);
                    gateway.remove(name).toCompletableFuture().join();
                    return Json.answer(
                            200, Json.object().put("name", name.value()).put("deleted", true));
                },
                changes);
    }

    /** Nobody is helped by a service that is taken in and then refused at each start. */
    private void refuseWhatCannotStart(ServiceDefinition service) {
        String objections = gateway.services().objections(service).entrySet().stream()
                .map(objection -> objection.getKey() + ": " + objection.getValue() + ".")
                .collect(Collectors.joining(" "));
        if (!objections.isEmpty()) {
            throw new GatewayException(ErrorCode.INVALID_PARAMS, objections);
        }
    }

    private void refuseWhileBusy(ServiceName name, String what) {
        long inFlight = gateway.services().inFlight(name);
        if (inFlight > 0) {
            throw new GatewayException(
                    ErrorCode.ILLEGAL_TRANSITION,
                    "Service " + name + " cannot be " + what + ": calls or streams in flight: " + inFlight
                            + ". Wait until they have ended.");
        }
    }

    private ServiceStatus status(ServiceName name) {
        return gateway.services()
                .status(name)
                .orElseThrow(() -> new GatewayException(
                        ErrorCode.UNKNOWN_SERVICE, "Service " + name + " was deleted again by somebody else."));
    }
}
