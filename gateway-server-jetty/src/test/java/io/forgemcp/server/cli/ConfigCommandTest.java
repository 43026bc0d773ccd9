package io.forgemcp.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forgemcp.server.architecture.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {
    @TempDir
    private Path directory;

    private final Terminal terminal = new Terminal();

    @Test
    void validateNamesTheFileLineAndColumnOfEveryProblem() throws IOException {
        Files.writeString(directory.resolve("services.yml"), "services:\n  x:\n    imge: y\n");
        assertThat(terminal.run("config", "validate", "--config", directory.toString()))
                .isEqualTo(ExitCode.CONFIGURATION);
        assertThat(terminal.out()).contains("services.yml:3:5").contains("NOT VALID");
        terminal.run("config", "validate", "--json", "--config", directory.toString());
        JsonNode report = new ObjectMapper().readTree(terminal.out());
        assertThat(report.get("valid").asBoolean()).isFalse();
        assertThat(report.at("/findings/0/line").asInt()).isEqualTo(3);
    }

    @Test
    void anEmptyDirectoryIsAValidConfiguration() {
        assertThat(terminal.run("config", "validate", "--config", directory.toString()))
                .isEqualTo(ExitCode.OK);
    }

    @Test
    void showSaysWhereAValueComesFromAndHidesSecrets() throws IOException {
        Files.writeString(
                directory.resolve("services.yml"),
                "services:\n  x:\n    command: [\"run\"]\n    environment:\n      API_TOKEN: \"${API_TOKEN}\"\n");
        terminal.with("API_TOKEN", "very-secret-value").run("config", "show", "--config", directory.toString());
        assertThat(terminal.out())
                .contains("services.yml")
                .contains("API_TOKEN")
                .doesNotContain("very-secret-value");
    }

    @Test
    void migrateWritesADirectoryThatIsValidAndNeverReplacesOneUnasked() throws IOException {
        Path old = Files.createDirectory(directory.resolve("old"));
        Files.writeString(old.resolve("services.yml"), "services:\n  x:\n    command: [\"run\"]\n");
        String to = directory.resolve("new").toString();
        assertThat(terminal.run("config", "migrate", "--from", old.toString(), "--to", to))
                .isEqualTo(ExitCode.OK);
        assertThat(terminal.run("config", "validate", "--config", to)).isEqualTo(ExitCode.OK);
        assertThat(terminal.run("config", "migrate", "--from", old.toString(), "--to", to))
                .isEqualTo(ExitCode.CONFIGURATION);
        assertThat(terminal.err()).contains("--force");
        assertThat(terminal.run("config", "migrate", "--force", "--from", old.toString(), "--to", to))
                .isEqualTo(ExitCode.OK);
        assertThat(terminal.out()).contains("is kept in");
    }

    @Test
    void migrateSaysWhichVolumesContainersWillNotBeGiven() throws IOException {
        Path old = Files.createDirectory(directory.resolve("old"));
        Path data = Files.createDirectory(directory.resolve("data"));
        Path fine = Files.createDirectory(data.resolve("memory"));
        Files.writeString(old.resolve("services.yml"), """
                volume_directories: ["%1$s"]
                services:
                  whole: {image: "some/image", command: [run], volumes: {"%2$s": /data}}
                  part: {image: "some/image", command: [run], volumes: {"%3$s": /data}}
                  absent: {image: "some/image", command: [run], volumes: {"%1$s/nowhere": /data}}
                  process: {command: [run], runtime: process, volumes: {"%2$s": /data}}
                """.formatted(directory, data, fine));

        assertThat(terminal.run(
                        "config",
                        "migrate",
                        "--from",
                        old.toString(),
                        "--to",
                        directory.resolve("new").toString(),
                        "--data",
                        data.toString()))
                .as(terminal.err())
                .isEqualTo(ExitCode.OK);

        assertThat(terminal.out().lines().filter(line -> line.contains("will not start in a container")))
                .hasSize(2)
                .anySatisfy(line -> assertThat(line)
                        .startsWith("left     warning ")
                        .contains("services.whole.volumes", "would show " + data.resolve("state")))
                .anySatisfy(line -> assertThat(line).contains("services.absent.volumes", "does not exist"));
    }

    @Test
    void theShippedConfigurationHasNoErrors() {
        Path shipped = Repository.root().resolve("config");
        assertThat(terminal.run("config", "validate", "--config", shipped.toString()))
                .as(terminal.out())
                .isEqualTo(ExitCode.OK);
        assertThat(terminal.out()).contains("18 services");
    }
}
