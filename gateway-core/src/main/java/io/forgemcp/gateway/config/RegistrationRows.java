package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.read.Position;
import io.forgemcp.gateway.config.read.Reading;
import io.forgemcp.gateway.config.read.Secrets;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Reads {@code virtual-servers.txt}, {@code prompts.txt} and {@code resources.txt}: columns separated by pipes. */
final class RegistrationRows {
    static final String VIRTUAL_SERVERS = "virtual-servers.txt";
    static final String PROMPTS = "prompts.txt";
    static final String RESOURCES = "resources.txt";

    private final Reading reading;

    RegistrationRows(Reading reading) {
        this.reading = reading;
    }

    /** {@code name|enabled|gateways,csv|description}, or the older {@code name|gateways}. */
    List<VirtualServerRow> virtualServers() {
        return rows(VIRTUAL_SERVERS, -1, VirtualServerRow::name, (columns, position) -> {
            if (columns.length < 2) {
                return error(position, "A row is name|enabled|gateways|description, or name|gateways.");
            }
            String second = columns[1].toLowerCase(Locale.ROOT);
            boolean older = !List.of("true", "false", "yes", "no").contains(second);
            if (older && columns.length > 3) {
                return error(position, "\"" + columns[1] + "\" is neither true nor false.");
            }
            if (!older && columns.length < 3) {
                return error(position, "The list of gateways is missing. A row is name|enabled|gateways|description.");
            }
            List<String> gateways = Arrays.stream(columns[older ? 1 : 2].split(",", -1))
                    .map(String::strip)
                    .filter(gateway -> !gateway.isEmpty())
                    .toList();
            if (gateways.isEmpty()) {
                return error(position, "The virtual server names no gateway. Write their names separated by commas.");
            }
            int described = older ? 2 : 3;
            String description = columns.length <= described
                    ? ""
                    : String.join("|", Arrays.copyOfRange(columns, described, columns.length));
            boolean enabled = older || second.equals("true") || second.equals("yes");
            return Optional.of(new VirtualServerRow(columns[0], enabled, gateways, description, position));
        });
    }

    /** {@code name|description|template}; the template may hold pipes, and <code>\n</code> for line breaks. */
    List<PromptTemplate> prompts() {
        return rows(PROMPTS, 3, PromptTemplate::name, (columns, position) -> {
            if (columns.length < 3 || columns[2].isBlank()) {
                return error(position, "A row is name|description|template.");
            }
            return Optional.of(new PromptTemplate(columns[0], columns[1], columns[2].replace("\\n", "\n")));
        });
    }

    /** {@code name|uri|description|mime_type}. */
    List<ResourceLink> resources() {
        return rows(RESOURCES, -1, ResourceLink::name, (columns, position) -> {
            if (columns.length < 2 || columns.length > 4) {
                return error(position, "A row is name|uri|description|mime_type.");
            }
            try {
                URI uri = new URI(columns[1]);
                if (!uri.isAbsolute()) {
                    return error(position, "\"" + columns[1] + "\" is not a URI with a scheme.");
                }
                String description = columns.length > 2 ? columns[2] : "";
                String mimeType = columns.length > 3 && !columns[3].isEmpty() ? columns[3] : "text/plain";
                if (!mimeType.matches("[\\w.+-]+/[\\w.+-]+(;.*)?")) {
                    return error(position, "\"" + mimeType + "\" is not a media type. Write for example text/html.");
                }
                return Optional.of(new ResourceLink(columns[0], uri, description, mimeType));
            } catch (URISyntaxException e) {
                return error(position, "\"" + columns[1] + "\" is not a URI.");
            }
        });
    }

    private <T> List<T> rows(
            String file, int columns, Function<T, String> name, BiFunction<String[], Position, Optional<T>> row) {
        List<T> result = new ArrayList<>();
        Map<String, Integer> names = new HashMap<>();
        for (Reading.Line line : reading.lines(file)) {
            Position position = reading.at(file, line.number());
            if (Secrets.isIn(line.text())) {
                error(
                        position,
                        "The row seems to hold a password, a token or a key, which does not belong in this file.");
                continue;
            }
            String[] parts = Arrays.stream(line.text().split("\\|", columns))
                    .map(String::strip)
                    .toArray(String[]::new);
            if (parts[0].isEmpty()) {
                error(position, "The name is missing.");
                continue;
            }
            row.apply(parts, position).ifPresent(parsed -> {
                Integer first = names.putIfAbsent(name.apply(parsed).toLowerCase(Locale.ROOT), line.number());
                if (first == null) {
                    result.add(parsed);
                } else {
                    error(
                            position,
                            "The name \"" + name.apply(parsed) + "\" stands also in line " + first
                                    + ". Remove one; the first is used.");
                }
            });
        }
        return result;
    }

    private <T> Optional<T> error(Position position, String message) {
        reading.report(Finding.Severity.ERROR, position, "", message);
        return Optional.empty();
    }
}
