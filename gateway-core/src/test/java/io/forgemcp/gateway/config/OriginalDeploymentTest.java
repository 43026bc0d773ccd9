package io.forgemcp.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The files of an existing deployment, which are not part of this repository: {@code FORGE_ORIGINAL_CONFIG} names their
 * directory, or they are beside the repository. Without them {@link ConflictTest} still covers every single check.
 */
class OriginalDeploymentTest {
    @TempDir
    Path temporary;

    private Path directory;
    private LoadResult result;

    @BeforeEach
    void load() {
        String named = System.getenv("FORGE_ORIGINAL_CONFIG");
        directory = named == null ? Path.of("../../shared/original-config") : Path.of(named);
        assumeTrue(
                Files.isRegularFile(directory.resolve("services.yml")),
                "The existing deployment's files are not at "
                        + directory.toAbsolutePath().normalize()
                        + ": set FORGE_ORIGINAL_CONFIG to their directory to run this test");
        result = ConfigurationLoader.load(directory, Environment.of(temporary, Map.of()));
    }

    @Test
    void itLoadsWithoutAnyError() {
        assertThat(result.findings(Finding.Severity.ERROR)).isEmpty();
        assertThat(result.configuration().services()).hasSizeGreaterThanOrEqualTo(20);
        assertThat(result.configuration().virtualServers()).hasSize(32);
    }

    @Test
    void everyKnownContradictionIsFound() {
        List<String> warnings = result.findings(Finding.Severity.WARNING).stream()
                .map(Finding::message)
                .toList();

        assertThat(warnings)
                .anyMatch(text -> text.contains("4GB here, but 8GB"))
                .anyMatch(text -> text.contains("10 here, but 20") && text.contains("and 23"))
                .anyMatch(text -> text.contains("1m here, but 45s"))
                .anyMatch(text -> text.contains("7424 MB") && text.contains("2.5GB"))
                .anyMatch(text -> text.startsWith("20 services are defined here") && text.contains("knows 18"))
                .anyMatch(text -> text.startsWith("8026 is the port of the admin UI"))
                .anyMatch(text -> text.startsWith("The idle timeout of snyk is 10m here, but 5m"))
                .anyMatch(text -> text.contains("registers a service \"uiforge\" that does not exist"));
        assertThat(warnings.stream().filter(text -> text.contains("The category's value is used")))
                .hasSize(7);
        assertThat(warnings.stream().filter(text -> text.startsWith("The service has no policy")))
                .hasSize(2);
    }

    @Test
    void theBridgesAreUnwrapped() {
        assertThat(result.configuration().services().stream()
                        .map(ServiceDefinition::launch)
                        .map(Object::toString))
                .noneMatch(launch -> launch.contains("python3 and 1"));
    }

    @Test
    void itsMigrationLeavesOnlyTheBudgetToAPerson() {
        Migration.Report report = Migration.migrate(
                directory, temporary.resolve("new"), Environment.of(temporary, Map.of()), Migration.Overwrite.REFUSE);

        assertThat(report.result().findings(Finding.Severity.WARNING))
                .singleElement()
                .satisfies(finding -> assertThat(finding.message()).contains("All services together declare"));
        assertThat(report.result().configuration().services().stream().filter(s -> s.unavailable() != null))
                .extracting(service -> service.name().value())
                .containsExactlyInAnyOrder("tavily", "github", "postgres", "mongodb");
    }
}
