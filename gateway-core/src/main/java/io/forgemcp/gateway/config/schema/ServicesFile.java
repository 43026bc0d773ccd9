package io.forgemcp.gateway.config.schema;

import io.forgemcp.gateway.config.read.Key;
import java.util.List;
import java.util.Map;

/**
 * {@code services.yml}.
 *
 * @param services by name, in the order of the file
 * @param volumeDirectories as they are written
 */
public record ServicesFile(
        @Key("The MCP servers, by name: 1 to 64 letters, digits, dots, underscores and hyphens.")
        Map<String, ServiceEntry> services,

        @Key(
                "Directories of the host, beside the project directory, below which `volumes` of containers may lie. Relative ones resolve against the project directory.")
        List<String> volumeDirectories) {
    /** The name of the file. */
    public static final String NAME = "services.yml";
}
