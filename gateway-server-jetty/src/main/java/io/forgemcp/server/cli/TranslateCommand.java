package io.forgemcp.server.cli;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.lifecycle.process.ProcessRuntime;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.SystemTimers;
import io.forgemcp.gateway.translate.Bridge;
import io.forgemcp.gateway.translate.BridgeSettings;
import io.forgemcp.gateway.transport.StdioTransport;
import io.forgemcp.server.ServerSettings;
import io.forgemcp.server.TranslateServer;
import io.forgemcp.server.rest.TranslateRoutes.Face;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Serves one stdio server over HTTP, or one URL on standard input and output, until Ctrl-C. Needs no configuration and no
 * running gateway.
 */
@Command(
        name = "translate",
        description = "Serve a stdio MCP server over HTTP, or the other way round, without a gateway in between.",
        mixinStandardHelpOptions = true)
final class TranslateCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    @Mixin
    private final BridgeOptions bridge = new BridgeOptions();

    @Mixin
    private final ConnectOptions connect = new ConnectOptions();

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            description = "error, warn, info, debug or trace, on standard error; LOG_LEVEL, or info.")
    private String logLevel = "";

    @Parameters(paramLabel = "WORD", arity = "0..*", description = "Further words of the command, after --.")
    private List<String> further = List.of();

    TranslateCommand(Output output) {
        this.output = output;
    }

    @Override
    public Integer call() {
        Shell shell = output.shell();
        Logging.level(logLevel.isBlank() ? shell.variable("LOG_LEVEL", "INFO") : logLevel);
        if (connect.isGiven()) {
            requireNothingElse();
            new StdioSession(shell).run(connect.server(shell));
        } else if (bridge.command() != null) {
            requireNoHeaders();
            serve(shell);
        } else {
            throw usage("Say what to translate: --stdio \"npx -y some-server\" serves a command over HTTP,"
                    + " --connect-streamable-http URL and --connect-sse URL serve a URL on standard input and output.");
        }
        return ExitCode.OK;
    }

    private void requireNothingElse() {
        if (bridge.command() != null || !bridge.faces().isEmpty() || !further.isEmpty()) {
            throw usage("A URL is served on standard input and output only. Leave out --stdio, --expose-... and words"
                    + " behind the options.");
        }
    }

    private void requireNoHeaders() {
        if (connect.stray() != null) {
            throw usage(connect.stray() + " is for the URL of --connect-sse or --connect-streamable-http; a command has"
                    + " its environment.");
        }
    }

    private static CommandFailure usage(String why) {
        return new CommandFailure(ExitCode.USAGE, why);
    }

    private void serve(Shell shell) {
        StopRequest stop = shell.stopRequests().get();
        ServiceDefinition server = bridge.server(further, shell.environment());
        BridgeSettings settings = bridge.bridge();
        ServerSettings listener = bridge.listener(shell);
        try (SystemTimers timers = new SystemTimers();
                ProcessRuntime runtime = new ProcessRuntime(timers);
                Bridge translator = new Bridge(server, runtime, new StdioTransport(), timers, settings);
                TranslateServer listening = listen(translator, settings, timers, listener)) {
            startFirst(translator);
            if (!ListenOptions.isLoopback(listener.host())) {
                shell.err()
                        .println("forge-gateway: everybody who reaches " + listener.host()
                                + " can use this server; put something that asks who calls in front of it");
            }
            Map<String, String> urls = urls(listening.uri(), settings);
            output.print(urls, out -> urls.forEach((name, url) -> out.printf("%-16s %s%n", name, url)));
            stop.await();
            shell.err().println("forge-gateway: stopping; Ctrl-C again ends it at once");
        }
    }

    private TranslateServer listen(
            Bridge translator, BridgeSettings settings, SystemTimers timers, ServerSettings listener) {
        try {
            return TranslateServer.start(translator, settings, bridge.faces(), timers, listener);
        } catch (UncheckedIOException e) {
            throw new CommandFailure(
                    ExitCode.PORT_TAKEN,
                    e.getMessage()
                            + ". Choose another port with --port or FORGE_TRANSLATE_PORT (0 takes any free one).",
                    e);
        }
    }

    /** A command that cannot be run at all is better noticed now than by the first client. */
    private static void startFirst(Bridge translator) {
        try {
            translator.start().toCompletableFuture().join();
        } catch (CompletionException e) {
            throw new CommandFailure(
                    ExitCode.FAILED, String.valueOf(GatewayException.of(e).getMessage()), e);
        }
    }

    private Map<String, String> urls(URI base, BridgeSettings settings) {
        Map<String, String> urls = new LinkedHashMap<>();
        if (bridge.serves(Face.STREAMABLE_HTTP)) {
            urls.put("streamable HTTP", base.resolve("/mcp").toString());
        }
        if (bridge.serves(Face.SSE)) {
            urls.put("HTTP+SSE", base.resolve(settings.ssePath()).toString());
        }
        urls.put("health", base.resolve("/health").toString());
        return urls;
    }
}
