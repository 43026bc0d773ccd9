package io.forgemcp.server;

import io.forgemcp.gateway.config.ServiceEntries;
import io.forgemcp.gateway.config.read.Environment;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the service manager needs beyond the gateway itself.
 *
 * @param entries understands services that are registered at run time
 */
public record Management(ServiceEntries entries) {
    /** Without configuration files: every default holds. */
    public static final Management NONE =
            new Management(new ServiceEntries(Path.of("(none)"), Environment.of(Path.of(""), Map.of())));
}
