package io.forgemcp.server.manager;

import io.forgemcp.gateway.endpoint.EventStream;
import io.forgemcp.gateway.endpoint.McpResponder;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.server.http.RestRequest;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.rest.Json;
import io.forgemcp.server.rest.Known;
import java.util.List;
import java.util.concurrent.Executor;

/** What services wrote for people: the last lines, or those and every later one as events. */
final class LogRoutes {
    private static final int DEFAULT_TAIL = 200;
    private static final int MAX_TAIL = 10_000;

    private final ServiceManager services;
    private final Timers timers;
    private final Executor workers;
    private final Known known;

    /** @param workers may block: a container's lines come from its engine */
    LogRoutes(ServiceManager services, Timers timers, Executor workers) {
        this.services = services;
        this.timers = timers;
        this.workers = workers;
        this.known = new Known(services);
    }

    List<Route> routes() {
        return List.of(Route.stream(
                "/services/{name}/logs",
                "The last lines a service wrote; with follow=true an event for each later one too.",
                this::logs,
                "tail",
                "follow"));
    }

    private void logs(RestRequest request, McpResponder responder) {
        ServiceName name = known.require(request).name();
        int tail = request.inputs().whole("tail", DEFAULT_TAIL, 1, MAX_TAIL);
        if (request.inputs().flag("follow")) {
            EventStream stream = responder.stream();
            LogFollower follower = new LogFollower(services, name, stream, timers, workers);
            responder.onDisconnect(follower::close);
            follower.begin(tail);
        } else {
            workers.execute(() -> responder.answer(
                    200,
                    Json.bytes(Json.object()
                            .put("name", name.value())
                            .set("lines", Json.texts(services.logs(name, tail).stream())))));
        }
    }
}
