package io.forgemcp.server.manager;

import io.forgemcp.gateway.config.Configuration;
import io.forgemcp.gateway.config.RuntimeSleepSettings;
import io.forgemcp.gateway.config.ServiceEntries;
import io.forgemcp.gateway.config.read.Environment;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the service manager needs beyond the gateway itself.
 *
 * @param entries understands services that are registered at run time
 * @param sleep understands sleep settings that are changed at run time
 * @param configuration as it was loaded; null where there are no files
 */
public record Management(
        ServiceEntries entries,
        RuntimeSleepSettings sleep,
        @Nullable Configuration configuration) {
    /** Without configuration files: every default holds. */
    public static final Management NONE = of(Path.of("(none)"), Environment.of(Path.of(""), Map.of()));

    /** With what was read of the files. */
    public Management with(Configuration loaded) {
        return new Management(entries, sleep, loaded);
    }

    /** With the files of a configuration directory, which need not exist. */
    public static Management of(Path directory, Environment environment) {
        return new Management(
                new ServiceEntries(directory, environment), new RuntimeSleepSettings(directory, environment), null);
    }
}
