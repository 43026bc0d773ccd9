package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known of volumes without an engine. */
class ForbiddenVolumesTest {
    @TempDir
    Path project;

    private Map<String, String> objections(Path host) {
        Launch.Command launch = new Launch.Command(
                "some/image",
                List.of(),
                Map.of(),
                List.of(new Launch.Volume(host, "/data", false)),
                project,
                0,
                "/mcp",
                new Launch.Container(null, null));
        try (DockerRuntime runtime = new DockerRuntime(DockerSettings.of("test").withHost("tcp://127.0.0.1:1"))) {
            return runtime.objections(ServiceDefinition.of("search", RuntimeChoice.DOCKER, launch, WireProtocol.STDIO)
                    .build());
        }
    }

    @Test
    void aDirectoryThatContainersMayNotSeeIsObjectedTo() {
        assertThat(objections(Path.of("/etc")).get("volumes")).contains("/etc").contains("volume_directories");
    }

    @Test
    void aDirectoryThatDoesNotExistIsObjectedTo() {
        assertThat(objections(project.resolve("missing")).get("volumes")).contains("does not exist");
    }

    @Test
    void aDirectoryBelowTheProjectIsNot() throws IOException {
        assertThat(objections(Files.createDirectory(project.resolve("data")))).isEmpty();
    }
}
