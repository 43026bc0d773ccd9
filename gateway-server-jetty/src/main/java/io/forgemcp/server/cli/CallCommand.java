package io.forgemcp.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Calls one tool, wakes its service if it sleeps, and prints the result. */
@Command(
        name = "call",
        description = "Call a tool and print its result; exit code 1 if the tool reports an error.",
        mixinStandardHelpOptions = true)
final class CallCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    @Mixin
    private final GatewayTarget target = new GatewayTarget();

    @Mixin
    private final ArgumentsOption arguments = new ArgumentsOption();

    @Parameters(paramLabel = "TOOL", description = "Name as 'forge-gateway tools' shows it.")
    private String tool = "";

    CallCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() {
        Shell shell = output.shell();
        ObjectNode parameters = JsonNodeFactory.instance.objectNode();
        parameters.put("name", tool);
        parameters.set("arguments", arguments.read(shell));
        RunningGateway gateway = target.connect(shell);
        JsonNode answer =
                new Progress(shell.err()).during("calling " + tool, () -> gateway.post("/rpc", request(parameters)));
        if (answer.has("error")) {
            JsonNode error = answer.get("error");
            throw new CommandFailure(
                    ExitCode.FAILED,
                    error.path("message").asText("The gateway gave no reason.") + " ("
                            + error.path("code").asText() + ")");
        }
        ToolOutcome outcome = new ToolOutcome(answer.path("result"));
        output.print(outcome.result(), outcome::print);
        return outcome.failed() ? ExitCode.FAILED : ExitCode.OK;
    }

    private static ObjectNode request(ObjectNode parameters) {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.put("jsonrpc", "2.0").put("id", 1).put("method", "tools/call");
        request.set("params", parameters);
        return request;
    }
}
