package io.forgemcp.server.cli;

import io.forgemcp.docker.DockerRuntime;
import io.forgemcp.docker.DockerSettings;
import io.forgemcp.gateway.config.Configuration;
import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.config.schema.ServicesFile;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.nio.file.Path;
import java.util.List;

/** Which services could not start in a container, because of what they want to see of this host. Asks no engine. */
final class RefusedVolumes {
    private RefusedVolumes() {}

    /**
     * One sentence for each such service.
     *
     * @param directory of the configuration
     * @param data the directory in which the gateway will keep what is its own
     */
    static List<String> of(Configuration configuration, Environment environment, Path directory, Path data) {
        Path services = directory.toAbsolutePath().normalize().resolve(ServicesFile.NAME);
        Path own = data.toAbsolutePath().normalize();
        DockerSettings settings = DockerSettings.of("config")
                .withOwnFiles(List.of(own.resolve("state"), own.resolve("identity"), services))
                .withVolumeDirectories(configuration.files().services().volumeDirectories().stream()
                        .map(environment.projectDirectory()::resolve)
                        .toList());
        try (DockerRuntime containers = new DockerRuntime(settings)) {
            return configuration.services().stream()
                    .filter(RefusedVolumes::mayBeContained)
                    .flatMap(service -> containers.objectionsWithoutEngine(service).entrySet().stream()
                            .map(objection -> "warning " + services + ": services." + service.name() + "."
                                    + objection.getKey() + ": The service will not start in a container: "
                                    + objection.getValue() + "."))
                    .toList();
        }
    }

    private static boolean mayBeContained(ServiceDefinition service) {
        return service.launch() instanceof Launch.Command command
                && command.image() != null
                && (service.runtime() == RuntimeChoice.DOCKER || service.runtime() == RuntimeChoice.AUTO);
    }
}
