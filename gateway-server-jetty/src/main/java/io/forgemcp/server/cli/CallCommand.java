package io.forgemcp.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.error.GatewayException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Calls one tool, wakes its service if it sleeps, and prints the result. */
@Command(
        name = "call",
        description = "Call a tool and print its result; exit code 1 if the tool reports an error.",
        mixinStandardHelpOptions = true)
final class CallCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    @Mixin
    private final Output output;

    @Mixin
    private final GatewayTarget target = new GatewayTarget();

    @Mixin
    private final GatewayOptions embedded = new GatewayOptions();

    @Mixin
    private final ArgumentsOption arguments = new ArgumentsOption();

    @Option(
            names = "--embedded",
            description = "Start a gateway in this process for the call instead of asking a running one.")
    private boolean inThisProcess;

    @Parameters(paramLabel = "TOOL", description = "Name as 'forge-gateway tools' shows it.")
    private String tool = "";

    CallCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() {
        Shell shell = output.shell();
        ObjectNode values = arguments.read(shell);
        ToolOutcome outcome = new Progress(shell.err())
                .during("calling " + tool, () -> inThisProcess ? callHere(shell, values) : callThere(shell, values));
        output.print(outcome.result(), outcome::print);
        return outcome.failed() ? ExitCode.FAILED : ExitCode.OK;
    }

    private ToolOutcome callThere(Shell shell, ObjectNode values) {
        ObjectNode request = JSON.createObjectNode();
        request.put("jsonrpc", "2.0").put("id", 1).put("method", "tools/call");
        request.putObject("params").put("name", tool).set("arguments", values);
        JsonNode answer = target.connect(shell).post("/rpc", request);
        if (answer.has("error")) {
            JsonNode error = answer.get("error");
            throw new CommandFailure(
                    ExitCode.FAILED,
                    error.path("message").asText("The gateway gave no reason.") + " ("
                            + error.path("code").asText() + ")");
        }
        return new ToolOutcome(answer.path("result"));
    }

    private ToolOutcome callHere(Shell shell, ObjectNode values) {
        Duration timeout = target.timeout();
        // A person who calls one tool wants its answer, not the story of a start.
        Logging.level(shell.variable("LOG_LEVEL", "WARN"));
        try (Gateway gateway =
                embedded.build(embedded.load(shell), Access.ofThisMachine()).start()) {
            return new ToolOutcome(JSON.readTree(gateway.call(tool, JSON.convertValue(values, OBJECT))
                    .toCompletableFuture()
                    .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                    .join()
                    .json()
                    .toString()));
        } catch (CompletionException e) {
            Throwable cause = GatewayException.unwrap(e);
            throw new CommandFailure(
                    ExitCode.FAILED,
                    cause instanceof TimeoutException
                            ? "No answer within " + timeout.toSeconds() + " s. Allow more with --timeout."
                            : String.valueOf(GatewayException.of(cause).getMessage()),
                    e);
        } catch (JsonProcessingException e) {
            throw new CommandFailure(ExitCode.FAILED, "The tool's answer is not JSON: " + e.getOriginalMessage(), e);
        }
    }
}
