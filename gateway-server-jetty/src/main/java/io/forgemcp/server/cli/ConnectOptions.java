package io.forgemcp.server.cli;

import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code translate} in the other direction: which URL to speak to, and with what headers. */
final class ConnectOptions {
    private static final Pattern HEADER = Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):\\s*([\\x20-\\x7e]*)");

    @Option(
            names = "--connect-sse",
            paramLabel = "URL",
            description = "Be a stdio server that speaks to this URL over HTTP+SSE.")
    private @Nullable URI sse;

    @Option(
            names = "--connect-streamable-http",
            paramLabel = "URL",
            description = "Be a stdio server that speaks to this URL over streamable HTTP.")
    private @Nullable URI streamableHttp;

    @Option(
            names = "--oauth2-bearer",
            paramLabel = "TOKEN",
            description =
                    "Sent to the URL as Authorization: Bearer TOKEN; FORGE_TRANSLATE_TOKEN keeps it out of process lists.")
    private @Nullable String token;

    @Option(
            names = "--header",
            paramLabel = "HEADER",
            description = "Sent to the URL with every request, such as \"X-Key: value\"; repeatable.")
    private List<String> headers = new ArrayList<>();

    /** Whether a URL is named. */
    boolean isGiven() {
        return sse != null || streamableHttp != null;
    }

    /** What only makes sense with a URL; null if none of it is given. */
    @Nullable
    String stray() {
        return token != null ? "--oauth2-bearer" : headers.isEmpty() ? null : "--header";
    }

    /** The server behind the URL. */
    ServiceDefinition server(Shell shell) {
        if (sse != null && streamableHttp != null) {
            throw refused("--connect-sse and --connect-streamable-http are two places. Name one.");
        }
        URI url = sse != null ? sse : streamableHttp;
        String scheme = url == null ? null : url.getScheme();
        if (url == null || url.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
            throw refused("\"" + url + "\" is no URL of a server. Write for example http://127.0.0.1:8123/mcp.");
        }
        return server(
                url,
                all(shell.variable("FORGE_TRANSLATE_TOKEN", "")),
                sse != null ? WireProtocol.SSE : WireProtocol.STREAMABLE_HTTP);
    }

    static ServiceDefinition server(URI url, Map<String, String> headers, WireProtocol wire) {
        return ServiceDefinition.of("server", RuntimeChoice.REMOTE, new Launch.Remote(url, headers), wire)
                .build();
    }

    private Map<String, String> all(String tokenOfTheEnvironment) {
        Map<String, String> all = new LinkedHashMap<>();
        for (String header : headers) {
            java.util.regex.Matcher parts = HEADER.matcher(header);
            if (!parts.matches()) {
                // The value may be a secret: only the name is shown.
                throw refused("--header \"" + header.replaceFirst(":.*", ": ...")
                        + "\" is no header. Write for example --header \"X-Key: value\".");
            }
            all.put(parts.group(1), parts.group(2));
        }
        String bearer = token != null ? token : tokenOfTheEnvironment;
        if (!bearer.isBlank()) {
            if (!bearer.matches("[\\x21-\\x7e]+")) {
                throw refused("--oauth2-bearer is no token: it has blanks or characters outside ASCII.");
            }
            all.putIfAbsent("Authorization", "Bearer " + bearer);
        }
        return all;
    }

    private static CommandFailure refused(String why) {
        return new CommandFailure(ExitCode.USAGE, why);
    }
}
