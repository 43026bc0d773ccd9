package io.forgemcp.server.rest;

import io.forgemcp.server.http.RestAnswer;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.Route.Verb;
import io.forgemcp.server.prometheus.PrometheusMetrics;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What Prometheus reads. */
public final class MetricsRoutes {
    private MetricsRoutes() {}

    public static List<Route> routes(PrometheusMetrics metrics) {
        return List.of(Route.rest(
                Verb.GET, "/metrics", "Every metric, as Prometheus or OpenMetrics text by Accept.", request -> {
                    PrometheusMetrics.Scrape scrape =
                            metrics.scrape(request.headers().apply("Accept"));
                    return CompletableFuture.completedFuture(new RestAnswer(200, scrape.contentType(), scrape.body()));
                }));
    }
}
