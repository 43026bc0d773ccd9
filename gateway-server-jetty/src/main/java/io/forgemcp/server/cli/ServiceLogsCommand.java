package io.forgemcp.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a service wrote for people. */
@Command(
        name = "logs",
        description = "Show the last lines that a service wrote, with --follow also the later ones.",
        mixinStandardHelpOptions = true)
final class ServiceLogsCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    @Mixin
    private final ManagerTarget target = new ManagerTarget();

    @Parameters(paramLabel = "SERVICE", description = "Name of the service.")
    private String service = "";

    @Option(names = "--tail", paramLabel = "LINES", description = "How many lines; 200 by default.")
    private int tail = 200;

    @Option(names = "--follow", description = "Go on until Ctrl-C.")
    private boolean follow;

    ServiceLogsCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() {
        RunningGateway manager = target.connect(output.shell());
        String path = "/services/" + URLEncoder.encode(service, StandardCharsets.UTF_8) + "/logs?tail=" + tail;
        if (follow) {
            manager.events(path + "&follow=true", line -> output.shell().out().println(line));
            return ExitCode.OK;
        }
        JsonNode logs = manager.get(path);
        output.print(logs, out -> logs.path("lines").forEach(line -> out.println(line.asText())));
        return ExitCode.OK;
    }
}
