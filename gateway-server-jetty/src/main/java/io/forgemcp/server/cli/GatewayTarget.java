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
        URI usual = URI.create("http://127.0.0.1:" + shell.variable("GATEWAY_PORT", "4444"));
        return RunningGateway.at(url, usual, timeout(), shell);
    }

    /** How long to wait for an answer. */
    Duration timeout() {
        return RunningGateway.timeout(timeoutSeconds, DEFAULT_TIMEOUT);
    }
}
