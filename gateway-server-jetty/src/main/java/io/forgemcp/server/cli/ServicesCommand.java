package io.forgemcp.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What services the running gateway has, and how they are. */
@Command(
        name = "services",
        description = "List the services of the running gateway with their state, or command some of them.",
        mixinStandardHelpOptions = true)
final class ServicesCommand implements Callable<Integer> {
    private static final Map<String, String> COMMANDS = new TreeMap<>(Map.of(
            "start", "Start services.",
            "stop", "Stop services that have no calls in flight.",
            "sleep", "Put services to sleep that have no calls in flight.",
            "wake", "Wake services.",
            "restart", "Stop and start services that have no calls in flight."));

    @Mixin
    private final Output output;

    @Mixin
    private final GatewayTarget target = new GatewayTarget();

    ServicesCommand(Output output) {
        this.output = output;
    }

    static CommandLine commandLine(Output output) {
        CommandLine parser = new CommandLine(new ServicesCommand(output));
        COMMANDS.forEach((name, description) ->
                parser.addSubcommand(name, ServiceCommand.commandLine(output, name, description)));
        return parser.addSubcommand("logs", new ServiceLogsCommand(output));
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
