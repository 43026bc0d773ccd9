package io.forgemcp.server;

import io.forgemcp.gateway.config.RuntimeSleepSettings;
import io.forgemcp.gateway.config.ServiceEntries;
import io.forgemcp.gateway.config.read.Environment;
import java.nio.file.Path;
import java.util.Map;

/**
 * What the service manager needs beyond the gateway itself.
 *
 * @param entries understands services that are registered at run time
 * @param sleep understands sleep settings that are changed at run time
 */
public record Management(ServiceEntries entries, RuntimeSleepSettings sleep) {
    /** Without configuration files: every default holds. */
    public static final Management NONE = of(Path.of("(none)"), Environment.of(Path.of(""), Map.of()));

    /** With the files of a configuration directory, which need not exist. */
    public static Management of(Path directory, Environment environment) {
        return new Management(
                new ServiceEntries(directory, environment), new RuntimeSleepSettings(directory, environment));
    }
}
