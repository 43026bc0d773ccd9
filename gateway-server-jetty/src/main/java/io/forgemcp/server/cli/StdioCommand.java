package io.forgemcp.server.cli;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.SystemTimers;
import io.forgemcp.gateway.translate.EndpointTransport;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The gateway for clients that only start commands: an MCP server on standard input and output. It speaks to a gateway that
 * runs, so that all clients share its services, or to one of its own if none does.
 */
@Command(
        name = "stdio",
        description = "Be an MCP server on standard input and output, for clients that start commands.",
        mixinStandardHelpOptions = true)
final class StdioCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    @Option(
            names = "--server",
            paramLabel = "NAME",
            description = "The virtual server to offer; everything by default.")
    private @Nullable String server;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The running gateway, which has to be there then. Without it one at http://127.0.0.1:4444"
                    + " (port from GATEWAY_PORT) is used if it answers, with the token in FORGE_TOKEN.")
    private @Nullable URI url;

    @Mixin
    private final GatewayOptions embedded = new GatewayOptions();

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            description = "error, warn, info, debug or trace, on standard error; LOG_LEVEL, or warn.")
    private String logLevel = "";

    StdioCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() {
        Shell shell = output.shell();
        Logging.level(logLevel.isBlank() ? shell.variable("LOG_LEVEL", "WARN") : logLevel);
        StdioSession session = new StdioSession(shell);
        URI base = url != null ? url : URI.create("http://127.0.0.1:" + shell.variable("GATEWAY_PORT", "4444"));
        if (GatewayProbe.answers(base)) {
            attach(shell, session, base);
        } else if (url != null) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "No gateway answers at " + url
                            + ". Start one with 'forge-gateway serve', or leave --url out to have"
                            + " one in this process.");
        } else {
            embed(shell, session);
        }
        return ExitCode.OK;
    }

    private void attach(Shell shell, StdioSession session, URI base) {
        String token = shell.variable("FORGE_TOKEN", "");
        Map<String, String> headers = token.isEmpty() ? Map.of() : Map.of("Authorization", "Bearer " + token);
        session.run(ConnectOptions.server(base.resolve(path()), headers, WireProtocol.STREAMABLE_HTTP));
    }

    private String path() {
        return server == null
                ? "/mcp"
                : "/servers/"
                        + URLEncoder.encode(server, StandardCharsets.UTF_8).replace("+", "%20") + "/mcp";
    }

    private void embed(Shell shell, StdioSession session) {
        shell.err().println("forge-gateway: no gateway answers, so this process runs one of its own");
        try (Gateway gateway = embedded.build(embedded.load(shell), Access.ofThisMachine())
                        .start();
                SystemTimers timers = new SystemTimers()) {
            // Nothing is sent to this URL: the endpoint is called as an object.
            ServiceDefinition here =
                    ConnectOptions.server(URI.create("http://localhost/mcp"), Map.of(), WireProtocol.STREAMABLE_HTTP);
            session.run(here, new EndpointTransport(gateway.streamableHttp(), server), timers);
        }
    }
}
