package io.forgemcp.server.cli;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which running gateway a command talks to. */
final class GatewayTarget {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The running gateway; http://127.0.0.1:4444 by default, the port from GATEWAY_PORT."
                    + " If it asks who calls, put a token into FORGE_TOKEN.")
    private @Nullable URI url;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "How long to wait for the answer; 60 by default.")
    private @Nullable Integer timeoutSeconds;

    RunningGateway connect(Shell shell) {
        URI base = url != null ? url : URI.create("http://127.0.0.1:" + shell.variable("GATEWAY_PORT", "4444"));
        if (base.getHost() == null
                || base.getScheme() == null
                || !base.getScheme().startsWith("http")) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--url " + base + " is not a URL. Write for example http://127.0.0.1:4444.");
        }
        // A token on the command line could be read by everybody on the machine.
        return new RunningGateway(base, timeout(), shell.variable("FORGE_TOKEN", ""));
    }

    /** How long to wait for an answer. */
    Duration timeout() {
        Duration timeout = timeoutSeconds == null ? DEFAULT_TIMEOUT : Duration.ofSeconds(timeoutSeconds);
        if (timeout.isZero() || timeout.isNegative()) {
            throw new CommandFailure(ExitCode.USAGE, "--timeout must be at least 1 second.");
        }
        return timeout;
    }
}
