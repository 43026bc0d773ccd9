package io.forgemcp.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.error.GatewayException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationTest {
    @TempDir
    Path project;

    private ConfigurationDirectory old;
    private Path target;

    @BeforeEach
    void prepare() {
        old = new ConfigurationDirectory(project);
        target = project.resolve("new");
        old.write("services.yml", """
                services:
                  search:
                    image: bridge:1
                    command: [python3, -m, forge.translate, --stdio, "npx -y search-mcp", "${INDEX}", --port, "8013"]
                    port: 8013
                    environment: {SEARCH_KEY: "${SEARCH_KEY}", FORGE_MAX_REQUEST_SIZE: "${FORGE_MAX_REQUEST_SIZE}"}
                    resources: {memory: 256MB, cpu: "0.25"}
                    sleep_policy: {idle_timeout: 600, priority: high}
                    health_check: {path: /health, interval: "30"}
                  fetch:
                    command: [npx, -y, "@modelcontextprotocol/server-fetch", --flag]
                  stranger: {command: [x], resources: {memory: 300MB}}
                """);
        old.write("scaling-policies.yml", """
                policies: {default: {idle_timeout: 300}}
                service_policies: {search: default, fetch: default}
                global_settings: {cooldown_period: 60, max_concurrent_services: 10, system_limits: {max_memory_gb: 8}}
                """);
        old.write("resource-limits.yml", """
                system_limits: {max_memory_gb: 4, max_total_services: 20}
                service_categories: {search: lightweight, fetch: lightweight}
                scaling_constraints:
                  max_concurrent: {lightweight: 23}
                  auto_scale: {cooldown_period: 45}
                qos: {service_priorities: {search: low, fetch: normal}}
                """);
        old.write("sleep_settings.yml", "wake_priorities: {normal: [search]}\n");
        old.write("monitoring.yml", "# kept as it is\nglobal: {enabled: true}\n");
        old.write(
                "gateways.txt",
                "search|http://search:8013/sse|SSE\nghost|http://ghost:1/sse|SSE\ndocs|https://docs.example/mcp\n");
        old.write("virtual-servers.txt", "one|search,ghost\ntwo|true|ghost|gone\nthree|false|docs,tool-router|d\n");
        old.write("prompts.txt", "p|d|t\n");
    }

    @Test
    void theNewDirectoryLoadsWithoutContradictionsAndMeansTheSame() {
        Migration.Report report = migrate(Migration.Overwrite.REFUSE);

        assertThat(report.result().findings())
                .filteredOn(f -> f.severity() != Finding.Severity.INFO)
                .isEmpty();
        Configuration before = old.load().configuration();
        Configuration after = report.result().configuration();
        for (String name : new String[] {"search", "stranger"}) {
            var was = before.find(io.forgemcp.gateway.service.ServiceName.of(name))
                    .orElseThrow();
            var is =
                    after.find(io.forgemcp.gateway.service.ServiceName.of(name)).orElseThrow();
            assertThat(is.priority()).isEqualTo(was.priority());
            assertThat(is.sleepPolicy()).isEqualTo(was.sleepPolicy());
            assertThat(is.resources().memoryBytes()).isEqualTo(was.resources().memoryBytes());
            assertThat(is.wire()).isEqualTo(was.wire());
        }
        assertThat(after.limits()).isEqualTo(before.limits());
    }

    @Test
    void theBridgeIsGoneAndReferencesStayReferences() throws IOException {
        migrate(Migration.Overwrite.REFUSE);

        assertThat(Files.readString(target.resolve("services.yml")))
                .doesNotContain("forge.translate")
                .doesNotContain("8013")
                .doesNotContain("FORGE_MAX_REQUEST_SIZE")
                .contains("${INDEX}")
                .contains("${SEARCH_KEY}")
                .contains("uvx")
                .contains("mcp-server-fetch");
        assertThat(target.resolve("monitoring.yml")).hasContent("# kept as it is\nglobal: {enabled: true}\n");
        assertThat(Files.readString(target.resolve("gateways.txt")).lines())
                .containsExactly("# Servers that run elsewhere: name|url|transport", "docs|https://docs.example/mcp");
        assertThat(Files.readString(target.resolve("virtual-servers.txt"))
                        .lines()
                        .skip(1))
                .containsExactly("one|true|search|", "three|false|docs,tool-router|d");
    }

    @Test
    void everyChangeIsReported() {
        assertThat(migrate(Migration.Overwrite.REFUSE).changes())
                .contains(
                        "services.yml: search.resources.memory is 192MB instead of 256MB",
                        "scaling-policies.yml: service_policies.search is default-10m instead of default",
                        "scaling-policies.yml: service_policies.stranger is default",
                        "resource-limits.yml: service_categories.stranger is standard",
                        "resource-limits.yml: system_limits.max_total_services is 10 instead of 20",
                        "gateways.txt: ghost is gone: there is no service of that name",
                        "virtual-servers.txt: two is gone: it had only ghost");
    }

    @Test
    void migratingWhatWasMigratedChangesNothing() {
        migrate(Migration.Overwrite.REFUSE);

        Migration.Report again = Migration.migrate(
                target, project.resolve("again"), Environment.of(project, Map.of()), Migration.Overwrite.REFUSE);

        assertThat(again.changes()).isEmpty();
    }

    @Test
    void aDirectoryThatIsThereIsNotTouchedUnlessItMayBeReplaced() throws IOException {
        Files.createDirectories(target);
        Files.writeString(target.resolve("precious"), "data");

        assertThatThrownBy(() -> migrate(Migration.Overwrite.REFUSE))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("--force");
        assertThat(target.resolve("precious")).hasContent("data");
        assertThat(target.resolve("services.yml")).doesNotExist();

        Migration.Report report = migrate(Migration.Overwrite.REPLACE);
        assertThat(target.resolve("services.yml")).exists();
        assertThat(report.backup().resolve("precious")).hasContent("data");
    }

    @Test
    void errorsInTheOldDirectoryEndTheMigrationBeforeAnythingIsWritten() {
        old.write("sleep_settings.yml", "nonsense: 1\n");

        assertThatThrownBy(() -> migrate(Migration.Overwrite.REFUSE))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("unknown key \"nonsense\"");
        assertThat(target).doesNotExist();
    }

    @Test
    void theOldDirectoryMustExistAndNotHoldTheNewOne() {
        assertThatThrownBy(() -> Migration.migrate(
                        project.resolve("absent"),
                        target,
                        Environment.of(project, Map.of()),
                        Migration.Overwrite.REFUSE))
                .hasMessageContaining("no directory");
        assertThatThrownBy(() -> Migration.migrate(
                        project.resolve("config"),
                        project.resolve("config/new"),
                        Environment.of(project, Map.of()),
                        Migration.Overwrite.REFUSE))
                .hasMessageContaining("inside it");
    }

    @Test
    void nothingIsLeftBehind() throws IOException {
        migrate(Migration.Overwrite.REFUSE);

        try (Stream<Path> entries = Files.list(project)) {
            assertThat(entries.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("config", "new");
        }
    }

    private Migration.Report migrate(Migration.Overwrite overwrite) {
        return Migration.migrate(project.resolve("config"), target, Environment.of(project, Map.of()), overwrite);
    }
}
