package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.inprocess.ToolResponse;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Servers with one tool, {@code t}, that start when the test lets them. Thread-safe. */
public final class SlowStarts implements ServiceRuntime {
    /** The services that were started, in this order, as often as they were. */
    public final List<String> started = new CopyOnWriteArrayList<>();

    private final Map<String, CompletableFuture<Void>> held = new ConcurrentHashMap<>();

    /** A start of this service waits from now on; completing the gate lets it go on, or fail. */
    public CompletableFuture<Void> hold(String service) {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        held.put(service, gate);
        return gate;
    }

    /** A service that runs here, and not before somebody needs it. */
    public static ServiceDefinition service(String name) {
        return ServiceDefinition.stdio(name, "any").build();
    }

    @Override
    public String name() {
        return "slow";
    }

    @Override
    public boolean supports(ServiceDefinition service) {
        return service.launch() instanceof Launch.Command;
    }

    @Override
    public CompletionStage<Instance> start(ServiceDefinition service, InstanceId id, ExitListener exits) {
        String name = service.name().value();
        started.add(name);
        InstanceAddress address = new InstanceAddress.InProcess(JavaServer.builder(name, "1")
                .tool("t", "A tool", "{\"type\":\"object\"}", arguments -> ToolResponse.text("called"))
                .build());
        return held.getOrDefault(name, CompletableFuture.completedFuture(null))
                .thenApply(free -> new Running(id, address));
    }

    private record Running(InstanceId id, InstanceAddress address) implements Instance {
        @Override
        public Set<SleepDepth> depths() {
            return Set.of(SleepDepth.FREEZE);
        }

        @Override
        public CompletionStage<Void> sleep(SleepDepth depth) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Void> wake() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Void> stop(Duration grace) {
            return CompletableFuture.completedFuture(null);
        }
    }
}
