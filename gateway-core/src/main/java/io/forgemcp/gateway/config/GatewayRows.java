package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.read.Position;
import io.forgemcp.gateway.config.read.Reading;
import io.forgemcp.gateway.config.read.Secrets;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads rows {@code name|url[|transport]}. A row that cannot be used is reported and left out. */
final class GatewayRows {
    static final String FILE = "gateways.txt";

    private final Reading reading;

    GatewayRows(Reading reading) {
        this.reading = reading;
    }

    List<GatewayRow> ofFile() {
        List<Located> rows = reading.lines(FILE).stream()
                .map(line -> new Located(line.text(), reading.at(FILE, line.number())))
                .toList();
        return unique(rows);
    }

    /** @param text rows separated by line breaks, semicolons or commas */
    List<GatewayRow> ofVariable(String text) {
        List<Located> rows = new ArrayList<>();
        for (String row : text.split("[\\n;,]", -1)) {
            if (!row.isBlank() && !row.strip().startsWith("#")) {
                rows.add(new Located(row.strip(), Position.file("EXTRA_GATEWAYS")));
            }
        }
        return unique(rows);
    }

    private record Located(String text, Position position) {}

    private List<GatewayRow> unique(List<Located> rows) {
        Map<ServiceName, GatewayRow> byName = new HashMap<>();
        List<GatewayRow> result = new ArrayList<>();
        for (Located row : rows) {
            parse(row).ifPresent(parsed -> {
                GatewayRow first = byName.putIfAbsent(parsed.name(), parsed);
                if (first == null) {
                    result.add(parsed);
                } else {
                    error(
                            parsed.position(),
                            "The name \"" + parsed.name() + "\" stands also in line "
                                    + first.position().line() + ". Remove one; the first is used.");
                }
            });
        }
        return result;
    }

    private Optional<GatewayRow> parse(Located row) {
        String[] columns = row.text().split("\\|", -1);
        if (Secrets.isIn(row.text())) {
            return error(
                    row.position(),
                    "The row seems to hold a password, a token or a key, which does not belong in this file. Put it in"
                            + " an environment variable and write the server into services.yml with url and headers.");
        }
        if (columns.length < 2 || columns.length > 3) {
            return error(
                    row.position(), "A row is name|url or name|url|transport, not " + columns.length + " columns.");
        }
        String name = columns[0].strip();
        try {
            URI url = url(columns[1].strip());
            return Optional.of(new GatewayRow(
                    ServiceName.of(name), url, wire(columns.length == 3 ? columns[2] : ""), row.position()));
        } catch (IllegalArgumentException e) {
            return error(row.position(), String.valueOf(e.getMessage()));
        }
    }

    /** @throws IllegalArgumentException if it is not an HTTP URL */
    static URI url(String text) {
        try {
            URI url = new URI(text);
            boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            if (http && url.getHost() != null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Reported below: the parser's own words do not say what to write.
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" is not an HTTP URL. Write for example http://127.0.0.1:8123/mcp.");
    }

    private static WireProtocol wire(String text) {
        String transport = text.strip().toUpperCase(Locale.ROOT).replaceAll("[-_ ]", "");
        return switch (transport) {
            case "" -> WireProtocol.HTTP_PROBED;
            case "SSE" -> WireProtocol.SSE;
            case "STREAMABLEHTTP", "HTTP" -> WireProtocol.STREAMABLE_HTTP;
            default ->
                throw new IllegalArgumentException(
                        "\"" + text.strip() + "\" is not a transport. Write SSE or STREAMABLEHTTP, or leave it out.");
        };
    }

    private Optional<GatewayRow> error(Position position, String message) {
        reading.report(Finding.Severity.ERROR, position, "", message);
        return Optional.empty();
    }
}
