package io.forgemcp.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One command to some services: {@code services start}, {@code stop}, {@code sleep}, {@code wake}, {@code restart}. */
@Command(mixinStandardHelpOptions = true)
final class ServiceCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    @Mixin
    private final ManagerTarget target = new ManagerTarget();

    private final String command;

    @Parameters(paramLabel = "SERVICE", arity = "1..*", description = "Names of services.")
    private List<String> services = new ArrayList<>();

    @Option(names = "--force", description = "Set its policy aside; calls in flight are never cut off.")
    private boolean force;

    private ServiceCommand(Output output, String command) {
        this.output = output;
        this.command = command;
    }

    static CommandLine commandLine(Output output, String command, String description) {
        CommandLine parser = new CommandLine(new ServiceCommand(output, command));
        parser.getCommandSpec().usageMessage().description(description);
        return parser;
    }

    @Override
    public Integer call() {
        RunningGateway manager = target.connect(output.shell());
        List<JsonNode> states = new ArrayList<>();
        for (String service : services) {
            String path = "/services/" + URLEncoder.encode(service, StandardCharsets.UTF_8) + "/" + command
                    + (force ? "?force=true" : "");
            states.add(new Progress(output.shell().err())
                    .during(service + ": " + command, () -> manager.post(path, JsonNodeFactory.instance.objectNode())));
        }
        output.print(states, out -> {
            Table table = new Table("SERVICE", "STATE", "RUNTIME", "NOTE");
            for (JsonNode state : states) {
                table.row(
                        state.path("name").asText(),
                        state.path("state").asText(),
                        state.path("runtime").asText("-"),
                        state.path("error_message").asText(""));
            }
            table.print(out);
        });
        return ExitCode.OK;
    }
}
