package io.forgemcp.server;

import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.Route;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Whether the gateway is alive. */
final class HealthRoutes {
    private HealthRoutes() {}

    static List<Route> routes() {
        return List.of(
                Route.open("/live", "Says that the process answers.", request -> json("{\"status\":\"alive\"}")),
                Route.open("/health", "Says whether the gateway works.", request -> json("{\"status\":\"healthy\"}")));
    }

    private static CompletionStage<RestAnswer> json(String text) {
        return CompletableFuture.completedFuture(RestAnswer.json(200, text.getBytes(StandardCharsets.UTF_8)));
    }
}
