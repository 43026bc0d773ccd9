package io.forgemcp.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistrationFilesTest {
    @TempDir
    Path project;

    private ConfigurationDirectory files;

    @BeforeEach
    void prepare() {
        files = new ConfigurationDirectory(project);
        files.write("services.yml", "services:\n  Git_Mcp: {command: [x]}\n  memory: {command: [x]}\n");
    }

    @Test
    void aRowOfAServerElsewhereBecomesARemoteService() {
        files.write(
                "gateways.txt",
                "# comment\n\n  DeepWiki | https://deepwiki.example/mcp | streamable-http  \nother|http://127.0.0.1:8123/mcp\n");

        assertThat(files.load().hasErrors()).isFalse();
        assertThat(files.service("deepwiki").runtime()).isEqualTo(RuntimeChoice.REMOTE);
        assertThat(files.service("deepwiki").wire()).isEqualTo(WireProtocol.STREAMABLE_HTTP);
        assertThat(files.service("deepwiki").isolation()).isEqualTo(Isolation.SESSION);
        assertThat(files.service("deepwiki").launch())
                .isEqualTo(new Launch.Remote(URI.create("https://deepwiki.example/mcp"), Map.of()));
        assertThat(files.service("other").wire()).isEqualTo(WireProtocol.HTTP_PROBED);
    }

    @Test
    void aRowWhoseHostIsAServiceMeansThatServiceUnderEitherName() {
        files.write("gateways.txt", "graph|http://memory:8027/sse|SSE\n");
        files.write("virtual-servers.txt", "one|true|graph|by the row\ntwo|true|MEMORY|by the service\n");

        assertThat(files.load().findings(Finding.Severity.WARNING)).isEmpty();
        assertThat(files.load().configuration().services()).hasSize(2);
        assertThat(virtualServer("one").services()).containsExactly(ServiceName.of("memory"));
        assertThat(virtualServer("two").services()).containsExactly(ServiceName.of("memory"));
    }

    @Test
    void theExtraGatewaysOfTheEnvironmentAreRowsToo() {
        files.variable(
                "EXTRA_GATEWAYS", "one|http://10.0.0.1/mcp, two|http://10.0.0.2/sse|SSE;memory|http://10.0.0.3/mcp");

        assertThat(files.service("one").wire()).isEqualTo(WireProtocol.HTTP_PROBED);
        assertThat(files.service("two").wire()).isEqualTo(WireProtocol.SSE);
        assertThat(files.service("memory").runtime()).isEqualTo(RuntimeChoice.AUTO);
        assertThat(files.load().findings(Finding.Severity.WARNING))
                .extracting(Finding::message)
                .singleElement()
                .asString()
                .startsWith("A service of this name is defined in");
    }

    @Test
    void everyRowThatCannotBeUsedIsReportedByItsLine() {
        files.write(
                "gateways.txt",
                "good|http://10.0.0.1/mcp\nlonely\nbad name!|http://10.0.0.1/mcp\nx|ftp://10.0.0.1\n"
                        + "y|http://10.0.0.1/mcp|CARRIER-PIGEON\nGOOD|http://10.0.0.2/mcp\na|b|c|d\n");

        assertThat(files.load().findings(Finding.Severity.ERROR))
                .extracting(Finding::line)
                .containsExactly(2, 3, 4, 5, 6, 7);
        assertThat(files.load().findings(Finding.Severity.ERROR))
                .extracting(Finding::message)
                .contains(
                        "A row is name|url or name|url|transport, not 1 columns.",
                        "\"ftp://10.0.0.1\" is not an HTTP URL. Write for example http://127.0.0.1:8123/mcp.",
                        "\"CARRIER-PIGEON\" is not a transport. Write SSE or STREAMABLEHTTP, or leave it out.",
                        "The name \"GOOD\" stands also in line 1. Remove one; the first is used.");
    }

    @Test
    void secretsInRegistrationFilesAreRefusedWithoutBeingShown() {
        files.write("gateways.txt", "a|http://user:hunter2@10.0.0.1/mcp\nb|http://10.0.0.1/mcp?api_key=hunter2\n");
        files.write("prompts.txt", "p|d|Use Bearer hunter2hunter2hunter2 now\n");
        files.write("resources.txt", "r|https://x.example/?token=hunter2|d|text/html\n");

        LoadResult result = files.load();

        assertThat(result.findings(Finding.Severity.ERROR)).hasSize(4);
        assertThat(result.findings().toString()).doesNotContain("hunter2");
        assertThat(result.configuration().services()).hasSize(2);
        assertThat(result.configuration().prompts()).isEmpty();
        assertThat(result.configuration().resources()).isEmpty();
    }

    @Test
    void bothFormatsOfVirtualServersAreRead() {
        files.write("virtual-servers.txt", "new|false|git-mcp, memory|with|pipes\nold|memory\n");

        VirtualServer current = virtualServer("new");
        assertThat(current.enabled()).isFalse();
        assertThat(current.description()).isEqualTo("with|pipes");
        assertThat(current.services()).containsExactly(ServiceName.of("git_mcp"), ServiceName.of("memory"));
        assertThat(virtualServer("old").enabled()).isTrue();
        assertThat(virtualServer("old").services()).containsExactly(ServiceName.of("memory"));
    }

    @Test
    void aVirtualServerKeepsItsIdentityFromLoadToLoad() {
        files.write("virtual-servers.txt", "one|true|memory|\n");

        assertThat(virtualServer("one").id()).isEqualTo(virtualServer("one").id());
    }

    @Test
    void namesThatNobodyKnowsAreReportedAndNeverOpenEverything() {
        files.write(
                "virtual-servers.txt",
                "typo|true|memroy,git-mcp|d\nbroken|true|!!|d\nrouter|true|tool-router,files|d\n");

        assertThat(files.load().findings(Finding.Severity.WARNING))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.line()).isEqualTo(1);
                    assertThat(finding.message()).contains("Did you mean \"memory\"?");
                });
        assertThat(virtualServer("broken").enabled()).isFalse();
        assertThat(virtualServer("router").services()).contains(ServiceName.of("files"));
    }

    @Test
    void wrongRowsOfVirtualServersAreReported() {
        files.write("virtual-servers.txt", "a\nb|true\nc|perhaps|memory|d\nd|true||d\n|true|memory|d\n");

        assertThat(files.load().findings(Finding.Severity.ERROR))
                .extracting(Finding::message)
                .containsExactly(
                        "A row is name|enabled|gateways|description, or name|gateways.",
                        "The list of gateways is missing. A row is name|enabled|gateways|description.",
                        "\"perhaps\" is neither true nor false.",
                        "The virtual server names no gateway. Write their names separated by commas.",
                        "The name is missing.");
    }

    @Test
    void aTemplateMayHoldPipesAndLineBreaksAndItsArgumentsAreFound() {
        files.write("prompts.txt", "ask|Asks|Use a|b on {{ thing }}\\nand {{other}} and {{thing}}\n");

        PromptTemplate prompt = files.load().configuration().prompts().get(0);

        assertThat(prompt.template()).isEqualTo("Use a|b on {{ thing }}\nand {{other}} and {{thing}}");
        assertThat(prompt.arguments()).containsExactly("thing", "other");
    }

    @Test
    void resourcesHaveAUriAndAMediaType() {
        files.write(
                "resources.txt",
                "good|https://x.example/|d|text/html\nplain|file:///a|d\nbad|not a uri|d\nrelative|a/b|d\nodd|https://x.example|d|html\n");

        assertThat(files.load().configuration().resources())
                .containsExactly(
                        new ResourceLink("good", URI.create("https://x.example/"), "d", "text/html"),
                        new ResourceLink("plain", URI.create("file:///a"), "d", "text/plain"));
        assertThat(files.load().findings(Finding.Severity.ERROR))
                .extracting(Finding::line)
                .containsExactly(3, 4, 5);
    }

    private VirtualServer virtualServer(String name) {
        List<VirtualServer> found = files.load().configuration().virtualServers().stream()
                .filter(server -> server.name().equals(name))
                .toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }
}
