package io.forgemcp.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class MainTest {
    private final Terminal terminal = new Terminal();

    @Test
    void versionNamesTheBuildAndJava() throws Exception {
        assertThat(terminal.run("version", "--json")).isEqualTo(ExitCode.OK);
        JsonNode version = new ObjectMapper().readTree(terminal.out());
        assertThat(version.get("version").textValue()).matches("\\d+\\.\\d+\\.\\d+.*");
        assertThat(version.get("java").textValue()).isEqualTo(System.getProperty("java.version"));
    }

    @Test
    void helpListsTheCommands() {
        assertThat(terminal.run("--help")).isEqualTo(ExitCode.OK);
        assertThat(terminal.out()).contains("version");
    }

    @Test
    void anUnknownCommandIsAUsageErrorWithASuggestion() {
        assertThat(terminal.run("versoin")).isEqualTo(ExitCode.USAGE);
        assertThat(terminal.err()).contains("versoin").contains("version");
    }

    @Test
    void noCommandIsAUsageError() {
        assertThat(terminal.run()).isEqualTo(ExitCode.USAGE);
        assertThat(terminal.err()).contains("COMMAND");
    }

    @Test
    void completionKnowsEveryCommandAndOption() {
        assertThat(terminal.run("completion")).isEqualTo(ExitCode.OK);
        assertThat(terminal.out()).contains("services").contains("--url").contains("call");
    }

    @Test
    void anUnknownOptionIsAUsageError() {
        assertThat(terminal.run("version", "--jsn")).isEqualTo(ExitCode.USAGE);
        assertThat(terminal.err()).contains("--jsn");
    }
}
