package io.forgemcp.gateway.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.read.Reading;
import io.forgemcp.gateway.config.schema.ServiceEntry;
import io.forgemcp.gateway.config.schema.ServicesFile;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads single entries of {@code services.yml} that are given as JSON instead of standing in the file: the same keys, the
 * same checks, the same influence of the other files of the directory, which are read anew each time. Keys may be written in
 * camel case too. Thread-safe.
 */
public final class ServiceEntries {
    /** Sections whose keys are ours; in the others keys are the user's words and stay as they are. */
    private static final Set<String> SECTIONS = Set.of("resources", "sleep_policy", "health_check", "oauth");

    private final Path directory;
    private final Environment environment;

    /** @param directory of the other files; need not exist */
    public ServiceEntries(Path directory, Environment environment) {
        this.directory = directory;
        this.environment = environment;
    }

    /**
     * The service that the entry describes.
     *
     * @throws GatewayException {@code INVALID_PARAMS}, naming each key that is wrong and what to write instead
     */
    public ServiceDefinition read(String name, JsonNode entry) {
        if (!(entry instanceof ObjectNode written)) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS,
                    "An entry of services.yml is an object, for example {\"command\": [\"npx\", \"-y\", \"some-server\"]}.");
        }
        Reading reading = new Reading(directory, environment, (file, key) -> Optional.empty());
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.putObject("services").set(name, snakeCase(written, true));
        ServicesFile services = reading.text(ServicesFile.NAME, ServicesFile.class, document.toString());
        if (services.services().values().stream().noneMatch(ServiceEntries::inContainer)) {
            new PortChecks(reading, environment).check(services);
        }
        ConfigurationFiles files = ConfigurationFiles.read(reading, services);
        List<Assembly.Assembled> assembled = new Assembly(reading, files, environment, List.of()).services();
        List<Finding> errors = reading.findings().stream()
                .filter(finding -> finding.severity() == Finding.Severity.ERROR
                        && finding.file()
                                .equals(directory.resolve(ServicesFile.NAME).toString()))
                .toList();
        if (!errors.isEmpty() || assembled.isEmpty()) {
            throw new GatewayException(
                    ErrorCode.INVALID_PARAMS,
                    errors.stream().map(error -> describe(name, error)).collect(Collectors.joining(" ")));
        }
        return assembled.get(0).definition();
    }

    /** Ports inside a container are nobody else's. */
    private static boolean inContainer(ServiceEntry entry) {
        return entry.image() != null && entry.runtime() != ServiceEntry.Runtime.PROCESS;
    }

    /** The path within the entry, then what is wrong: there is no line that could be named. */
    private static String describe(String name, Finding error) {
        String whole = "services." + name;
        String path = error.keyPath();
        if (path.equals(whole) || path.equals("services") || path.isEmpty()) {
            return error.message();
        }
        return (path.startsWith(whole + ".") ? path.substring(whole.length() + 1) : path) + ": " + error.message();
    }

    private static ObjectNode snakeCase(ObjectNode written, boolean top) {
        ObjectNode renamed = JsonNodeFactory.instance.objectNode();
        written.properties().forEach(member -> {
            String key = member.getKey().replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(java.util.Locale.ROOT);
            JsonNode value = member.getValue();
            boolean section = top && SECTIONS.contains(key) && value instanceof ObjectNode;
            if (renamed.has(key)) {
                throw new GatewayException(
                        ErrorCode.INVALID_PARAMS, key + ": is written twice, in camel case and in snake case.");
            }
            renamed.set(key, section ? snakeCase((ObjectNode) value, false) : value);
        });
        return renamed;
    }
}
