package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.config.schema.ServicesFile;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes the configuration of an existing deployment over into a directory of its own: in the present form, with its
 * contradictions settled the way the gateway settles them when it reads. The old directory is not touched, and the new
 * one appears complete or not at all.
 */
public final class Migration {
    private static final String COMMENT =
            "# Written by forge-gateway config migrate. Reference: docs/configuration.md.\n\n";

    private final Path from;
    private final Path to;
    private final Environment environment;
    private final List<String> changes = new ArrayList<>();

    private Migration(Path from, Path to, Environment environment) {
        this.from = from;
        this.to = to;
        this.environment = environment;
    }

    /** Whether a directory that is there may be replaced. */
    public enum Overwrite {
        /** It is an error if the directory is there and not empty. */
        REFUSE,
        /** The directory is kept beside, under another name, and replaced. */
        REPLACE
    }

    /**
     * What was done.
     *
     * @param files what was written, by name
     * @param changes what is different, one sentence each
     * @param backup where the replaced directory is kept; null if there was none
     * @param result the new directory as the gateway reads it: what it still finds is left for a person to decide
     */
    public record Report(
            List<String> files,
            List<String> changes,
            @Nullable Path backup,
            LoadResult result) {}

    /**
     * Migrates.
     *
     * @throws GatewayException with {@link ErrorCode#CONFIGURATION_INVALID} if the old directory is missing or has
     *     errors, if the new one is there already, or if it cannot be written; nothing has been changed then
     */
    public static Report migrate(Path from, Path to, Environment environment, Overwrite overwrite) {
        if (!Files.isDirectory(from)) {
            throw refused("There is no directory " + from + " to migrate from.");
        }
        Path target = to.toAbsolutePath().normalize();
        if (target.startsWith(from.toAbsolutePath().normalize())) {
            throw refused("The new directory " + to + " is the old one or inside it. Choose another.");
        }
        if (Files.exists(target) && !isEmptyDirectory(target) && overwrite == Overwrite.REFUSE) {
            throw refused(to + " is there already. Choose another directory, or use --force to replace it.");
        }
        return new Migration(from, target, environment).run();
    }

    private Report run() {
        Configuration configuration =
                ConfigurationLoader.load(from, environment).requireValid();
        Path temporary = null;
        try {
            Path parent = Optional.ofNullable(to.getParent()).orElse(to);
            Files.createDirectories(parent);
            temporary = Files.createDirectory(parent.resolve(".migrating-" + UUID.randomUUID()));
            List<String> files = write(configuration, temporary);
            LoadResult result = ConfigurationLoader.load(temporary, environment);
            result.requireValid();
            Path backup = moveAside();
            Files.move(temporary, to);
            return new Report(files, List.copyOf(changes), backup, ConfigurationLoader.load(to, environment));
        } catch (IOException e) {
            throw new GatewayException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "The new configuration cannot be written to " + to + ": " + e.getMessage(),
                    e);
        } finally {
            deleteIfThere(temporary);
        }
    }

    private List<String> write(Configuration configuration, Path directory) throws IOException {
        Map<String, YamlTree> trees = new LinkedHashMap<>();
        for (String file : ConfigurationFiles.SCHEMAS.keySet()) {
            trees.put(file, YamlTree.read(from.resolve(file)));
        }
        new ServiceMigration(
                        java.util.Objects.requireNonNull(trees.get(ServicesFile.NAME)), configuration, changes::add)
                .run();
        new PolicyMigration(trees, configuration, changes::add).run();
        List<String> written = new ArrayList<>();
        for (Map.Entry<String, YamlTree> tree : trees.entrySet()) {
            if (!tree.getValue().isEmpty()) {
                String text = tree.getValue().isChanged()
                        ? tree.getValue().write(COMMENT)
                        : Files.readString(from.resolve(tree.getKey()));
                written.add(writeFile(directory, tree.getKey(), text));
            }
        }
        RegistrationMigration registrations = new RegistrationMigration(configuration, changes::add);
        if (Files.exists(from.resolve(GatewayRows.FILE))) {
            written.add(writeFile(directory, GatewayRows.FILE, registrations.gateways()));
        }
        if (Files.exists(from.resolve(RegistrationRows.VIRTUAL_SERVERS))) {
            written.add(writeFile(directory, RegistrationRows.VIRTUAL_SERVERS, registrations.virtualServers()));
        }
        for (String file : List.of(RegistrationRows.PROMPTS, RegistrationRows.RESOURCES)) {
            if (Files.exists(from.resolve(file))) {
                written.add(writeFile(directory, file, Files.readString(from.resolve(file))));
            }
        }
        return written;
    }

    private static String writeFile(Path directory, String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(Optional.ofNullable(file.getParent()).orElse(directory));
        Files.writeString(file, text);
        return name;
    }

    private @Nullable Path moveAside() throws IOException {
        if (!Files.exists(to)) {
            return null;
        }
        if (isEmptyDirectory(to)) {
            Files.delete(to);
            return null;
        }
        for (int number = 1; ; number++) {
            Path backup = to.resolveSibling(to.getFileName() + ".before-migration-" + number);
            if (!Files.exists(backup)) {
                return Files.move(to, backup);
            }
        }
    }

    private static boolean isEmptyDirectory(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    private static void deleteIfThere(@Nullable Path directory) {
        if (directory == null || !Files.exists(directory)) {
            return;
        }
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                        throws IOException {
                    Files.delete(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new GatewayException(
                    ErrorCode.INTERNAL, "The temporary directory " + directory + " cannot be removed. Remove it.", e);
        }
    }

    private static GatewayException refused(String message) {
        return new GatewayException(ErrorCode.CONFIGURATION_INVALID, message);
    }
}
