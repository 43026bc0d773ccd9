package io.forgemcp.server.cli;

import io.forgemcp.gateway.config.ConfigurationLoader;
import io.forgemcp.gateway.config.LoadResult;
import io.forgemcp.gateway.config.read.Environment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say which configuration a command reads. */
final class ConfigurationOptions {
    private static final Path DEFAULT_DIRECTORY = Path.of("config");
    /** A directory that cannot be there: every file is missing, so every default holds. */
    private static final Path NO_FILES = Path.of("(none)");

    @Option(
            names = "--config",
            paramLabel = "DIR",
            description = "The configuration directory; 'config' by default, if it is there. No file in it is needed.")
    private @Nullable Path directory;

    @Option(
            names = "--env",
            paramLabel = "NAME",
            description = "development or production: chooses the file .env.NAME; FORGE_ENV by default.")
    private @Nullable String stage;

    /**
     * A configuration that was read.
     *
     * @param environment with the variables of the {@code .env} files in the working directory
     * @param directory where it was read
     */
    record Loaded(Environment environment, Path directory, LoadResult result) {}

    /** Reads it; what is wrong is in the result, and only a directory that was named and is not there is a failure. */
    Loaded load(Shell shell) {
        return load(shell, false);
    }

    /** Whether a directory was named. */
    boolean isGiven() {
        return directory != null;
    }

    /** @param withoutFiles whether to read no files unless a directory was named */
    Loaded load(Shell shell, boolean withoutFiles) {
        if (directory != null && !Files.isDirectory(directory)) {
            throw new CommandFailure(
                    ExitCode.CONFIGURATION,
                    "There is no directory " + directory + ". Leave --config out to run without files.");
        }
        Environment environment = environment(shell);
        Path standard = withoutFiles ? NO_FILES : DEFAULT_DIRECTORY;
        Path chosen = directory == null ? standard : directory;
        return new Loaded(environment, chosen, ConfigurationLoader.load(chosen, environment));
    }

    private Environment environment(Shell shell) {
        Map<String, String> variables = new HashMap<>(shell.environment());
        if (stage != null) {
            variables.put(Environment.FORGE_ENV, stage);
        }
        return Environment.read(Path.of(""), variables);
    }
}
