package io.forgemcp.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationLoaderTest {
    @TempDir
    Path project;

    private ConfigurationDirectory files;

    @BeforeEach
    void prepare() {
        files = new ConfigurationDirectory(project);
    }

    @Test
    void aDirectoryThatDoesNotExistGivesTheDefaultsAndNoFinding() {
        LoadResult result = ConfigurationLoader.load(project.resolve("absent"), Environment.of(project, Map.of()));

        assertThat(result.findings()).isEmpty();
        assertThat(result.configuration().services()).isEmpty();
        assertThat(result.configuration().limits().concurrentServices()).isEqualTo(10);
        assertThat(result.configuration().wakeTimeout()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void servicesYmlAloneIsAWorkingConfiguration() {
        files.write("services.yml", """
                services:
                  everything:
                    command: npx -y "some server" --flag
                """);

        LoadResult result = files.load();

        assertThat(result.findings()).isEmpty();
        ServiceDefinition service = files.service("everything");
        assertThat(service.runtime()).isEqualTo(RuntimeChoice.AUTO);
        assertThat(service.wire()).isEqualTo(WireProtocol.STDIO);
        assertThat(service.isolation()).isEqualTo(Isolation.SHARED);
        assertThat(service.priority()).isEqualTo(Priority.NORMAL);
        assertThat(service.policy()).isEqualTo("default");
        assertThat(service.unavailable()).isNull();
        assertThat(((Launch.Command) service.launch()).command()).containsExactly("npx", "-y", "some server", "--flag");
    }

    @Test
    void aMisspeltKeyAndABadSizeAreFoundTogetherWithTheirPlaces() {
        files.write("services.yml", """
                services:
                  github:
                    imge: forge/github
                    command: [npx, -y, server-github]
                    resources:
                      memory: "12XB"
                """);

        assertThat(files.load().findings(Finding.Severity.ERROR))
                .extracting(Finding::toString)
                .containsExactly(
                        files.path("services.yml")
                                + ":3:5: services.github: unknown key \"imge\". Did you mean \"image\"?",
                        files.path("services.yml")
                                + ":6:15: services.github.resources.memory: \"12XB\" is not a size. Write for example"
                                + " 256MB or 1.5GB.");
        assertThat(files.service("github").unavailable()).contains("services.yml:3");
    }

    @Test
    void anUnsetVariableTakesAwayOnlyTheServiceThatNeedsIt() {
        files.write("services.yml", """
                services:
                  tavily:
                    command: [npx, -y, tavily-mcp]
                    environment:
                      TAVILY_API_KEY: ${TAVILY_API_KEY}
                  memory:
                    command: [npx, -y, server-memory]
                """);

        assertThat(files.load().hasErrors()).isFalse();
        assertThat(files.load().findings())
                .extracting(Finding::message)
                .containsExactly("TAVILY_API_KEY is not set. The service is unavailable until it is set. Set it in"
                        + " .env.local or in the environment, or write ${TAVILY_API_KEY:-default}.");
        assertThat(files.service("tavily").unavailable()).isEqualTo("TAVILY_API_KEY is not set");
        assertThat(files.service("memory").unavailable()).isNull();
    }

    @Test
    void aWrappedCommandIsUnderstoodAsTheStdioCommandInside() {
        files.write("services.yml", """
                services:
                  git:
                    image: bridge:latest
                    command: [python3, -m, forge.translate, --stdio, "npx -y server-git", --repository, /repos,
                              --expose-sse, --port, "8028", --host, 0.0.0.0]
                    port: 8028
                    volumes:
                      "${REPOS:-./work}": /repos:ro
                    health_check: {path: /health}
                """);

        ServiceDefinition service = files.service("git");

        assertThat(service.wire()).isEqualTo(WireProtocol.STDIO);
        assertThat(service.healthCheck().path()).isNull();
        Launch.Command launch = (Launch.Command) service.launch();
        assertThat(launch.command()).containsExactly("npx", "-y", "server-git", "--repository", "/repos");
        assertThat(launch.port()).isZero();
        assertThat(launch.volumes()).containsExactly(new Launch.Volume(project.resolve("work"), "/repos", true));
    }

    @Test
    void namesAreComparedWithoutRegardToCase() {
        files.write("services.yml", "services:\n  Fetch: {command: [a]}\n  fetch: {command: [b]}\n");

        assertThat(files.load().findings(Finding.Severity.ERROR))
                .extracting(Finding::line)
                .containsExactly(3);
        assertThat(files.load().configuration().find(ServiceName.of("FETCH"))).isPresent();
    }
}
