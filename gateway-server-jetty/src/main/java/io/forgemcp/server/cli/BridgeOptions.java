package io.forgemcp.server.cli;

import io.forgemcp.gateway.config.read.DataSize;
import io.forgemcp.gateway.config.read.Durations;
import io.forgemcp.gateway.config.read.Words;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.translate.BridgeSettings;
import io.forgemcp.gateway.translate.BridgeSettings.Sharing;
import io.forgemcp.server.ServerSettings;
import io.forgemcp.server.rest.TranslateRoutes.Face;
import io.forgemcp.server.rest.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code translate --stdio}: which server, where, and for whom. */
final class BridgeOptions {
    /** The gateway's own secrets are no business of the servers that it runs. */
    private static final Set<String> OURS = Set.of(
            "FORGE_TOKEN", "JWT_SECRET_KEY", "AUTH_ENCRYPTION_SECRET", "PLATFORM_ADMIN_PASSWORD", "DATABASE_URL");

    @Option(
            names = "--stdio",
            paramLabel = "COMMAND",
            description = "The MCP server to serve over HTTP: a command line, quotes understood, run without a shell.")
    private @Nullable String command;

    @Option(names = "--expose-sse", description = "Serve HTTP+SSE; both transports when neither is named.")
    private boolean sse;

    @Option(names = "--expose-streamable-http", description = "Serve streamable HTTP at /mcp.")
    private boolean streamableHttp;

    @Option(names = "--host", paramLabel = "ADDRESS", description = "Address to listen on; GATEWAY_HOST, or 127.0.0.1.")
    private @Nullable String host;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Port to listen on; FORGE_TRANSLATE_PORT, or 8000. 0 takes any free one.")
    private @Nullable Integer port;

    @Option(names = "--sse-path", paramLabel = "PATH", description = "Where the event stream is; /sse by default.")
    private String ssePath = BridgeSettings.DEFAULT.ssePath();

    @Option(names = "--message-path", paramLabel = "PATH", description = "Where its messages go; /message by default.")
    private String messagePath = BridgeSettings.DEFAULT.messagePath();

    @Option(
            names = "--keep-alive",
            paramLabel = "SECONDS",
            description = "A silent stream gets a comment this often; 30 by default.")
    private int keepAlive = 30;

    @Option(
            names = "--cors",
            paramLabel = "ORIGIN",
            description = "An origin whose web pages may call, such as https://ide.example; * for any; repeatable.")
    private Set<String> origins = new LinkedHashSet<>();

    @Option(
            names = "--allowed-host",
            paramLabel = "NAME",
            description = "A further host name that clients may use in the URL on a loopback address; repeatable.")
    private Set<String> hosts = new LinkedHashSet<>();

    @Option(names = "--shared", description = "One child for all clients, ids rewritten, instead of one for each.")
    private boolean shared;

    @Option(names = "--stateless", description = "As --shared, and no sessions over streamable HTTP.")
    private boolean stateless;

    @Option(
            names = "--idle-timeout",
            paramLabel = "TIME",
            description = "A session that nobody uses ends after this; 30m by default, 0 for never.")
    private String idleTimeout = "30m";

    @Option(names = "--max-sessions", paramLabel = "COUNT", description = "More are refused; 256 by default.")
    private int maxSessions = BridgeSettings.DEFAULT.maxSessions();

    /** The command line of the server; null if there is none. */
    @Nullable
    String command() {
        return command;
    }

    /**
     * The server.
     *
     * @param further words that stand behind the options and belong to the command
     */
    ServiceDefinition server(List<String> further, Map<String, String> environment) {
        List<String> words;
        try {
            words = new ArrayList<>(Words.split(String.valueOf(command)));
        } catch (IllegalArgumentException e) {
            throw refused("--stdio: " + e.getMessage());
        }
        if (words.isEmpty()) {
            throw refused("--stdio is empty. Write for example --stdio \"npx -y some-server\".");
        }
        words.addAll(further);
        Map<String, String> handed = new HashMap<>(environment);
        handed.keySet().removeAll(OURS);
        return ServiceDefinition.of(
                        "server",
                        RuntimeChoice.PROCESS,
                        new Launch.Command(null, words, handed, List.of(), null, 0, "/mcp"),
                        WireProtocol.STDIO)
                .build();
    }

    BridgeSettings bridge() {
        try {
            Duration idle = idleTimeout.strip().equals("0") ? Duration.ZERO : Durations.parse(idleTimeout, "s");
            Sharing sharing = stateless ? Sharing.STATELESS : shared ? Sharing.SHARED : Sharing.NONE;
            return BridgeSettings.DEFAULT
                    .withSharing(sharing)
                    .withLimits(maxSessions, idle)
                    .withPaths(ssePath, messagePath)
                    .withVersion(Version.current().version());
        } catch (IllegalArgumentException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
    }

    Set<Face> faces() {
        Set<Face> faces = EnumSet.noneOf(Face.class);
        if (sse) {
            faces.add(Face.SSE);
        }
        if (streamableHttp) {
            faces.add(Face.STREAMABLE_HTTP);
        }
        return faces;
    }

    boolean serves(Face face) {
        return faces().isEmpty() || faces().contains(face);
    }

    /** Where to listen. Behind an address that others reach, any host name may lead here; origins stay closed. */
    ServerSettings listener(Shell shell) {
        String address = host != null ? host : shell.variable("GATEWAY_HOST", "127.0.0.1");
        Set<String> names = ListenOptions.isLoopback(address) ? hosts : Set.of("*");
        if (keepAlive < 1) {
            throw refused("--keep-alive " + keepAlive + " is less than a second.");
        }
        ServerSettings defaults = ServerSettings.defaults();
        try {
            String limit = shell.variable("FORGE_MAX_REQUEST_SIZE", defaults.maxRequestBytes() + "b");
            return defaults.withAddress(address, port(shell))
                    .withMaxRequestBytes(DataSize.parse(limit, "").bytes())
                    .withAllowed(names, origins)
                    .withStreams(defaults.maxWaitingBytes(), Duration.ofSeconds(keepAlive));
        } catch (IllegalArgumentException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
    }

    private int port(Shell shell) {
        if (port != null) {
            return port;
        }
        String text = shell.variable("FORGE_TRANSLATE_PORT", "8000");
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw refused("FORGE_TRANSLATE_PORT is \"" + text + "\", which is no port. Write a number.");
        }
    }

    private static CommandFailure refused(String why) {
        return new CommandFailure(ExitCode.USAGE, why);
    }
}
