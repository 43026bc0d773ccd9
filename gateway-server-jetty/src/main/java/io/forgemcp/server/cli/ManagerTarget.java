package io.forgemcp.server.cli;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which running service manager a command talks to. */
final class ManagerTarget {
    /** Longer than the manager itself waits for a service. */
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(150);

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The running service manager; http://127.0.0.1:9000 by default, the port from"
                    + " FORGE_SERVICE_MANAGER_PORT. If it asks who calls, put a token into FORGE_TOKEN.")
    private @Nullable URI url;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "How long to wait for the answer; 150 by default.")
    private @Nullable Integer timeoutSeconds;

    RunningGateway connect(Shell shell) {
        URI usual = URI.create("http://127.0.0.1:" + shell.variable("FORGE_SERVICE_MANAGER_PORT", "9000"));
        return RunningGateway.at(url, usual, RunningGateway.timeout(timeoutSeconds, DEFAULT_TIMEOUT), shell);
    }
}
