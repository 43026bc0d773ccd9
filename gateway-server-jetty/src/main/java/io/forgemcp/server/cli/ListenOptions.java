package io.forgemcp.server.cli;

import io.forgemcp.gateway.config.read.DataSize;
import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.server.ServerSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where and for whom the gateway listens. */
final class ListenOptions {
    private static final int HIGHEST_PORT = 65_535;
    private static final int MANAGER_PORT = 9_000;

    @Option(names = "--host", paramLabel = "ADDRESS", description = "Address to listen on; GATEWAY_HOST, or 127.0.0.1.")
    private @Nullable String host;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Port of the gateway; GATEWAY_PORT, or 4444. 0 takes any free one.")
    private @Nullable Integer port;

    @Option(
            names = "--manager-port",
            paramLabel = "PORT",
            description =
                    "Port of the service manager; FORGE_SERVICE_MANAGER_PORT, or 9000. 0 takes any free one, as it"
                            + " does when the gateway's port is 0.")
    private @Nullable Integer managerPort;

    @Option(
            names = "--allowed-host",
            paramLabel = "NAME",
            description = "A further host name that clients may use in the URL; repeatable.")
    private Set<String> allowedHosts = new LinkedHashSet<>();

    @Option(
            names = "--allowed-origin",
            paramLabel = "ORIGIN",
            description = "A further origin whose web pages may call, such as https://ide.example; repeatable.")
    private Set<String> allowedOrigins = new LinkedHashSet<>();

    /** Where to listen; the options win over the environment, which wins over the defaults. */
    ServerSettings settings(Environment environment) {
        ServerSettings defaults = ServerSettings.defaults();
        Set<String> hosts = new LinkedHashSet<>(allowedHosts);
        PublicUrl.of(environment).ifPresent(known -> hosts.add(known.url().getHost()));
        String address = host != null ? host : variable(environment, "GATEWAY_HOST", defaults.host());
        try {
            int chosen = port("--port", port, "GATEWAY_PORT", environment, defaults.port());
            return defaults.withAddress(address, chosen)
                    .withMaxRequestBytes(DataSize.parse(
                                    variable(environment, "FORGE_MAX_REQUEST_SIZE", defaults.maxRequestBytes() + "b"),
                                    "")
                            .bytes())
                    .withAllowed(hosts, allowedOrigins);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()), e);
        }
    }

    /** Where the service manager listens: as the gateway, on a port of its own. */
    ServerSettings manager(ServerSettings gateway, Environment environment) {
        // Whoever lets the gateway take any free port wants no conflict about another one.
        int fallback = gateway.port() == 0 ? 0 : MANAGER_PORT;
        try {
            return gateway.withAddress(
                    gateway.host(),
                    port("--manager-port", managerPort, "FORGE_SERVICE_MANAGER_PORT", environment, fallback));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()), e);
        }
    }

    private static int port(
            String option, @Nullable Integer given, String variable, Environment environment, int fallback) {
        if (given != null) {
            if (given < 0 || given > HIGHEST_PORT) {
                throw new CommandFailure(
                        ExitCode.USAGE, option + " " + given + " is not between 0 and " + HIGHEST_PORT + ".");
            }
            return given;
        }
        String text = variable(environment, variable, Integer.toString(fallback));
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new CommandFailure(
                    ExitCode.CONFIGURATION, variable + " is \"" + text + "\", which is no port. Write a number.", e);
        }
    }

    static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new CommandFailure(
                    ExitCode.CONFIGURATION, "The host \"" + host + "\" is unknown on this machine.", e);
        }
    }

    static String variable(Environment environment, String name, String fallback) {
        return environment
                .find(name)
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .orElse(fallback);
    }
}
