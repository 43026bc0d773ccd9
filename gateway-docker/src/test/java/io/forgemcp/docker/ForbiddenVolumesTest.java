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
        try (DockerRuntime runtime = new DockerRuntime(DockerSettings.of("test")
                .withHost("tcp://127.0.0.1:1")
                .withOwnFiles(List.of(project.resolve("data/state"), project.resolve("data/identity"))))) {
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
        assertThat(objections(Files.createDirectory(project.resolve("workspace"))))
                .isEmpty();
    }

    @Test
    void whatTheGatewayKeepsForItselfIsObjectedToAndSoIsEveryDirectoryAroundIt() throws IOException {
        Path state = Files.createDirectories(project.resolve("data/state"));

        assertThat(objections(state).get("volumes")).contains("data/state").contains("the gateway's own");
        assertThat(objections(project.resolve("data")).get("volumes")).contains("the gateway's own");
        assertThat(objections(project).get("volumes")).contains("the gateway's own");
    }

    @Test
    void theDirectoryAroundItIsObjectedToBeforeAnythingIsThereToo() throws IOException {
        assertThat(objections(Files.createDirectory(project.resolve("data"))).get("volumes"))
                .contains("the gateway's own");
    }

    @Test
    void aDirectoryBesideItInTheDataDirectoryIsNot() throws IOException {
        Files.createDirectories(project.resolve("data/state"));

        assertThat(objections(Files.createDirectory(project.resolve("data/memory"))))
                .isEmpty();
    }
}
