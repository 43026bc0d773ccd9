package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A project directory whose configuration a test writes and loads. */
final class ConfigurationDirectory {
    private final Path project;
    private final Map<String, String> variables = new HashMap<>();

    ConfigurationDirectory(Path project) {
        this.project = project;
    }

    Path path(String file) {
        return project.resolve("config").resolve(file);
    }

    ConfigurationDirectory write(String file, String text) {
        try {
            Files.createDirectories(path(file).getParent());
            Files.writeString(path(file), text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ConfigurationDirectory variable(String name, String value) {
        variables.put(name, value);
        return this;
    }

    LoadResult load() {
        return ConfigurationLoader.load(project.resolve("config"), Environment.of(project, variables));
    }

    ServiceDefinition service(String name) {
        return load().configuration().find(ServiceName.of(name)).orElseThrow();
    }
}
