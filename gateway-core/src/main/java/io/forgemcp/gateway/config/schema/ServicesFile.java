package io.forgemcp.gateway.config.schema;

import io.forgemcp.gateway.config.read.Key;
import java.util.Map;

/**
 * {@code services.yml}.
 *
 * @param services by name, in the order of the file
 */
public record ServicesFile(
        @Key("The MCP servers, by name: 1 to 64 letters, digits, dots, underscores and hyphens.")
        Map<String, ServiceEntry> services) {
    /** The name of the file. */
    public static final String NAME = "services.yml";
}
