package io.forgemcp.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What services the running gateway has, and how they are. */
@Command(
        name = "services",
        description = "List the services of the running gateway with their state.",
        mixinStandardHelpOptions = true)
final class ServicesCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    @Mixin
    private final GatewayTarget target = new GatewayTarget();

    ServicesCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() {
        RunningGateway gateway = target.connect(output.shell());
        JsonNode services =
                new Progress(output.shell().err()).during("reading the services", () -> gateway.get("/services"));
        output.print(services, out -> {
            Table table = new Table("SERVICE", "STATE", "RUNTIME", "PRIORITY", "IN FLIGHT", "WAKES", "NOTE");
            for (JsonNode service : services) {
                table.row(
                        service.path("name").asText(),
                        service.path("state").asText(),
                        service.path("runtime").asText("-"),
                        service.path("priority").asText("-"),
                        service.path("inFlight").asText("0"),
                        service.path("wake_count")
                                .asText(service.path("wakeCount").asText("0")),
                        service.path("error_message")
                                .asText(service.path("errorMessage").asText("")));
            }
            table.print(out);
        });
        return ExitCode.OK;
    }
}
