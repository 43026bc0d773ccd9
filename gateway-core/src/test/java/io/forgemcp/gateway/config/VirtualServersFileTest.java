package io.forgemcp.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.virtualserver.Naming;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which tools virtual servers show, and under which names. */
class VirtualServersFileTest {
    @TempDir
    Path project;

    private ConfigurationDirectory files;

    @BeforeEach
    void prepare() {
        files = new ConfigurationDirectory(project);
        files.write("services.yml", "services:\n  github: {command: [x]}\n  memory: {command: [x]}\n");
        files.write("virtual-servers.txt", "Git|true|github,memory|Repositories\nother|true|memory|\n");
    }

    private VirtualServer virtualServer(String name) {
        return files.load().configuration().virtualServers().stream()
                .filter(server -> server.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void toolsAreChosenRenamedAndDescribed() {
        files.write(
                "virtual-servers.yml",
                "virtual_servers:\n  git:\n    naming: original\n    services:\n      GitHub:\n"
                        + "        tools: [create_issue, search_code]\n        renames: {create_issue: new-issue}\n"
                        + "        descriptions: {create_issue: Opens an issue.}\n");

        assertThat(files.load().findings()).isEmpty();
        VirtualServer git = virtualServer("Git");
        assertThat(git.naming()).isEqualTo(Naming.ORIGINAL);
        assertThat(git.description()).isEqualTo("Repositories");
        assertThat(git.services()).hasSize(2);
        assertThat(git.tools()).isEqualTo(Map.of(ServiceName.of("github"), List.of("create_issue", "search_code")));
        assertThat(git.renames()).isEqualTo(Map.of("github/create_issue", "new-issue"));
        assertThat(git.descriptions()).isEqualTo(Map.of("github/create_issue", "Opens an issue."));
        assertThat(virtualServer("other").naming()).isEqualTo(Naming.PREFIXED);
        assertThat(virtualServer("other").tools()).isEmpty();
    }

    @Test
    void namesThatNobodyKnowsAreReportedWithWhatIsMeant() {
        files.write(
                "virtual-servers.yml",
                "virtual_servers:\n  gitt: {naming: original}\n  other:\n    services:\n      github: {tools: [a]}\n");

        assertThat(files.load().findings(Finding.Severity.WARNING))
                .extracting(Finding::line)
                .containsExactlyInAnyOrder(2, 5);
        assertThat(files.load().findings(Finding.Severity.WARNING))
                .extracting(Finding::message)
                .anyMatch(message -> message.contains("\"gitt\"") && message.contains("Did you mean \"Git\"?"))
                .anyMatch(message -> message.contains("has no service \"github\""));
        assertThat(virtualServer("other").tools()).isEmpty();
    }

    @Test
    void namesThatCannotBeShownOrAreGivenTwiceAreErrors() {
        files.write(
                "virtual-servers.yml",
                "virtual_servers:\n  git:\n    services:\n      github:\n        renames:\n          a: has blanks\n"
                        + "          b: " + "x".repeat(61) + "\n          c: same\n      memory:\n        renames:\n"
                        + "          d: same\n");

        assertThat(files.load().findings(Finding.Severity.ERROR))
                .extracting(Finding::line)
                .containsExactlyInAnyOrder(6, 7, 11);
        assertThat(virtualServer("Git").renames()).isEqualTo(Map.of("github/c", "same"));
    }

    @Test
    void whatIsSaidOfAToolThatIsNotShownIsRemarked() {
        files.write(
                "virtual-servers.yml",
                "virtual_servers:\n  git:\n    services:\n      github:\n        tools: [create_issue]\n"
                        + "        descriptions: {create_isue: Typo.}\n");

        assertThat(files.load().findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.message()).contains("Did you mean \"create_issue\"?"));
    }

    @Test
    void aNamingThatThereIsNotIsAnError() {
        files.write("virtual-servers.yml", "virtual_servers:\n  git: {naming: short}\n");
        assertThat(files.load().findings(Finding.Severity.ERROR))
                .singleElement()
                .satisfies(finding -> assertThat(finding.message()).contains("prefixed"));
    }
}
