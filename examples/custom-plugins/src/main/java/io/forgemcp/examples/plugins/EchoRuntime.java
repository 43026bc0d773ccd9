package io.forgemcp.examples.plugins;

import io.forgemcp.gateway.inprocess.InProcessServer;
import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.inprocess.Schema;
import io.forgemcp.gateway.inprocess.ToolResponse;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.ServiceRuntime;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** Runs services whose command is {@code echo:WORD}: servers with one tool that says the word. */
final class EchoRuntime implements ServiceRuntime {
    private static final String SCHEME = "echo:";

    private final List<String> diary = new CopyOnWriteArrayList<>();

    /** What it was told to do, in order. */
    List<String> diary() {
        return List.copyOf(diary);
    }

    @Override
    public String name() {
        return "echo";
    }

    @Override
    public boolean supports(ServiceDefinition service) {
        return service.launch() instanceof Launch.Command command
                && !command.command().isEmpty()
                && command.command().get(0).startsWith(SCHEME);
    }

    @Override
    public CompletionStage<Instance> start(ServiceDefinition service, InstanceId id, ExitListener exits) {
        Launch.Command command = (Launch.Command) service.launch();
        String word = command.command().get(0).substring(SCHEME.length());
        InProcessServer server = JavaServer.builder("echo", "1.0")
                .tool("say", "Says its word", Schema.object(), arguments -> ToolResponse.text(word))
                .build();
        diary.add("started " + id);
        return CompletableFuture.completedFuture(new Echo(id, new InstanceAddress.InProcess(server), diary));
    }

    private record Echo(InstanceId id, InstanceAddress address, List<String> diary) implements Instance {
        @Override
        public CompletionStage<Void> stop(Duration grace) {
            diary.add("stopped " + id);
            return CompletableFuture.completedFuture(null);
        }
    }
}
