package io.forgemcp.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What virtual servers the running gateway has. */
@Command(
        name = "servers",
        description = "List the virtual servers of the running gateway.",
        mixinStandardHelpOptions = true)
final class ServersCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    @Mixin
    private final GatewayTarget target = new GatewayTarget();

    ServersCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() {
        RunningGateway gateway = target.connect(output.shell());
        JsonNode servers =
                new Progress(output.shell().err()).during("reading the virtual servers", () -> gateway.get("/servers"));
        output.print(servers, out -> {
            Table table = new Table("SERVER", "ENABLED", "TOOLS", "DESCRIPTION");
            for (JsonNode server : servers) {
                JsonNode tools = server.path("associatedTools");
                table.row(
                        server.path("name").asText(),
                        server.path("enabled").asText("-"),
                        tools.isArray() ? Integer.toString(tools.size()) : "-",
                        server.path("description").asText(""));
            }
            table.print(out);
        });
        return ExitCode.OK;
    }
}
