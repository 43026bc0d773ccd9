package io.forgemcp.examples.plugins;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.routing.ToolMatch;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.List;
import java.util.Map;

/** A gateway of which four parts are our own. */
public final class CustomPlugins {
    private final EchoRuntime runtime = new EchoRuntime();
    private final MapMetrics metrics = new MapMetrics();

    /** Puts the gateway together; whoever calls this closes it. */
    Gateway gateway() {
        return Gateway.builder()
                .service(ServiceDefinition.stdio("greeter", "echo:hello")
                        .instances(0, 3)
                        .build())
                .service(ServiceDefinition.stdio("parrot", "echo:pieces of eight")
                        .build())
                .runtime(runtime)
                .toolRouter(new ShortestNameRouter())
                .scalingPolicy(new FixedScaling(2))
                .metrics(metrics)
                .build()
                .start();
    }

    EchoRuntime runtime() {
        return runtime;
    }

    MapMetrics metrics() {
        return metrics;
    }

    public static void main(String[] args) {
        CustomPlugins plugins = new CustomPlugins();
        try (Gateway gateway = plugins.gateway()) {
            System.out.println(gateway.call("parrot-say", Map.of())
                    .toCompletableFuture()
                    .join()
                    .text());
            List<ToolMatch> found =
                    gateway.search("anything", 1).toCompletableFuture().join();
            System.out.println(found);
            System.out.println(gateway.scalingDecisions());
            System.out.println("requests: " + plugins.metrics().total(Metric.REQUESTS));
        }
        System.out.println(plugins.runtime().diary());
    }
}
