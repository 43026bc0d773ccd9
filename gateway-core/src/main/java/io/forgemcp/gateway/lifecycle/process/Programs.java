package io.forgemcp.gateway.lifecycle.process;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.ServiceName;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds programs as the shell would, so that a missing one is named before anything is started. */
final class Programs {
    private static final Map<String, String> INSTALLED_WITH = Map.ofEntries(
            Map.entry("npx", "Node.js 18 or later, which brings npx"),
            Map.entry("npm", "Node.js 18 or later, which brings npm"),
            Map.entry("node", "Node.js 18 or later"),
            Map.entry("uvx", "uv, which brings uvx"),
            Map.entry("uv", "uv"),
            Map.entry("python", "Python 3"),
            Map.entry("python3", "Python 3"),
            Map.entry("pip", "Python 3 with pip"),
            Map.entry("deno", "Deno"),
            Map.entry("bun", "Bun"),
            Map.entry("bunx", "Bun"),
            Map.entry("docker", "Docker"),
            Map.entry("java", "a Java runtime"));

    private Programs() {}

    /** Where the program is; empty if it is not there or may not be run. */
    static Optional<Path> find(String program, @Nullable String path, @Nullable Path directory) {
        try {
            if (program.contains("/")) {
                Path file = directory == null ? Path.of(program) : directory.resolve(program);
                return runnable(file) ? Optional.of(file.toAbsolutePath()) : Optional.empty();
            }
            for (String entry : (path == null ? "/usr/local/bin:/usr/bin:/bin" : path).split(File.pathSeparator, -1)) {
                Path file = Path.of(entry.isEmpty() ? "." : entry).resolve(program);
                if (runnable(file)) {
                    return Optional.of(file.toAbsolutePath());
                }
            }
        } catch (InvalidPathException notAFile) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    static GatewayException missing(ServiceName service, String program) {
        String name = program.substring(program.lastIndexOf('/') + 1);
        String remedy = INSTALLED_WITH.containsKey(name)
                ? "Install " + INSTALLED_WITH.get(name) + ", or put it on the PATH of the gateway."
                : "Install it, put it on the PATH of the gateway, or correct the service's command.";
        return new GatewayException(
                ErrorCode.SERVICE_START_FAILED,
                "Service " + service + " could not be started: the command \"" + program + "\" was not found. "
                        + remedy);
    }

    private static boolean runnable(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }
}
