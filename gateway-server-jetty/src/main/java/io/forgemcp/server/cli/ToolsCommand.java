package io.forgemcp.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What tools the running gateway offers. Wakes nobody: the answer comes from the catalog. */
@Command(
        name = "tools",
        description = "List the tools that the running gateway offers; no service is woken for it.",
        mixinStandardHelpOptions = true)
final class ToolsCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    @Mixin
    private final GatewayTarget target = new GatewayTarget();

    @Option(
            names = "--server",
            paramLabel = "NAME",
            description = "Only the tools of this virtual server, under the names it shows.")
    private @Nullable String server;

    ToolsCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() {
        RunningGateway gateway = target.connect(output.shell());
        String path = server == null
                ? "/tools?limit=0"
                : "/servers/"
                        + URLEncoder.encode(server, StandardCharsets.UTF_8).replace("+", "%20") + "/tools";
        JsonNode tools = new Progress(output.shell().err()).during("reading the tools", () -> gateway.get(path));
        output.print(tools, out -> {
            Table table = new Table("TOOL", "SERVICE", "DESCRIPTION");
            for (JsonNode tool : tools) {
                table.row(
                        tool.path("name").asText(),
                        tool.path("gatewaySlug").asText("-"),
                        tool.path("description").asText(""));
            }
            table.print(out);
        });
        return ExitCode.OK;
    }
}
