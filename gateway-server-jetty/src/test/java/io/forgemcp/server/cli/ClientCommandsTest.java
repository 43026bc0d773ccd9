package io.forgemcp.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that talk to a gateway over HTTP. */
class ClientCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Terminal terminal = new Terminal();
    private final CannedGateway gateway = new CannedGateway();

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void theReportSaysWhatSleepingSavesAndWhatIsNotKnown() {
        gateway.answer(
                "/metrics/efficiency",
                200,
                "{\"services\":[{\"name\":\"github\",\"awake_seconds\":120,\"asleep_seconds\":600,\"memory_awake\":41.5,"
                        + "\"memory_asleep\":null,\"wake_time\":{\"p50_ms\":31.4,\"p95_ms\":42}}],"
                        + "\"total\":{\"services_measured\":1,\"memory_saved_percent\":72.4},"
                        + "\"swap_class\":\"disk swap\",\"method\":\"by looking\"}");
        assertThat(terminal.run("report", "--url", gateway.url())).isEqualTo(ExitCode.OK);
        assertThat(terminal.out())
                .containsPattern("github +2 +10 +41.5 +- ")
                .contains("saved 72 %")
                .contains("disk swap")
                .contains("by looking");
    }

    @Test
    void commandsToServicesGoToTheServiceManager() {
        gateway.answer("/services/github/stop", 200, "{\"name\":\"github\",\"state\":\"stopped\"}");
        gateway.answer("/services/busy/stop", 409, "{\"detail\":\"calls in flight: 2\",\"code\":\"GW-1404\"}");
        assertThat(terminal.run("services", "stop", "github", "--force", "--url", gateway.url()))
                .isEqualTo(ExitCode.OK);
        assertThat(terminal.out()).containsPattern("github +stopped");
        assertThat(terminal.run("services", "stop", "busy", "--url", gateway.url()))
                .isEqualTo(ExitCode.FAILED);
        assertThat(terminal.err()).contains("calls in flight: 2");
        assertThat(terminal.run("services", "stop", "--url", gateway.url())).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void servicesAreATableWithTheirState() {
        gateway.answer("/services", 200, "[{\"name\":\"time\",\"state\":\"sleeping\",\"wake_count\":3}]");
        assertThat(terminal.run("services", "--url", gateway.url())).isEqualTo(ExitCode.OK);
        assertThat(terminal.out().lines().skip(1)).singleElement().asString().matches("time +sleeping .* 3 *");
    }

    @Test
    void jsonIsWhatTheGatewaySaid() throws IOException {
        gateway.answer("/tools", 200, "[{\"name\":\"time-now\",\"x-new\":[1]}]");
        assertThat(terminal.run("tools", "--json", "--url", gateway.url())).isEqualTo(ExitCode.OK);
        assertThat(JSON.readTree(terminal.out())).isEqualTo(JSON.readTree("[{\"name\":\"time-now\",\"x-new\":[1]}]"));
    }

    @Test
    void aNameOfAVirtualServerMayHaveSpaces() {
        gateway.answer("/servers/my%20tools/tools", 200, "[{\"name\":\"found\"}]");
        gateway.answer("/servers/my tools/tools", 200, "[{\"name\":\"found\"}]");
        assertThat(terminal.run("tools", "--server", "my tools", "--url", gateway.url()))
                .isEqualTo(ExitCode.OK);
        assertThat(terminal.out()).contains("found");
    }

    @Test
    void theTokenComesFromTheEnvironment() {
        gateway.answer("/servers", 200, "[]");
        terminal.with("FORGE_TOKEN", "secret-token").run("servers", "--url", gateway.url());
        assertThat(gateway.authorizations()).containsExactly("Bearer secret-token");
        assertThat(terminal.out() + terminal.err()).doesNotContain("secret-token");
    }

    @Test
    void thePortComesFromTheEnvironment() {
        gateway.answer("/servers", 200, "[]");
        String port = gateway.url().substring(gateway.url().lastIndexOf(':') + 1);
        assertThat(terminal.with("GATEWAY_PORT", port).run("servers")).isEqualTo(ExitCode.OK);
    }

    @Test
    void aCallSendsTheArgumentsAndPrintsTheText() throws IOException {
        gateway.answer("/rpc", 200, result("{\"content\":[{\"type\":\"text\",\"text\":\"12:00\"}]}"));
        assertThat(terminal.run("call", "time-now", "--args", "{\"zone\":\"UTC\"}", "--url", gateway.url()))
                .isEqualTo(ExitCode.OK);
        assertThat(terminal.out()).isEqualToIgnoringNewLines("12:00");
        JsonNode sent = JSON.readTree(gateway.bodies().get(0));
        assertThat(sent.at("/method").asText()).isEqualTo("tools/call");
        assertThat(sent.at("/params"))
                .isEqualTo(JSON.readTree("{\"name\":\"time-now\",\"arguments\":{\"zone\":\"UTC\"}}"));
    }

    @Test
    void argumentsMayComeFromStandardInputAndFromAFile(@TempDir Path directory) throws IOException {
        gateway.answer("/rpc", 200, result("{\"content\":[]}"));
        Path file = Files.writeString(directory.resolve("arguments.json"), "{\"from\":\"file\"}");
        terminal.run("call", "t", "--args", "@" + file, "--url", gateway.url());
        terminal.typing("{\"from\":\"input\"}").run("call", "t", "--args", "-", "--url", gateway.url());
        assertThat(gateway.bodies().get(0)).contains("{\"from\":\"file\"}");
        assertThat(gateway.bodies().get(1)).contains("{\"from\":\"input\"}");
    }

    @Test
    void aToolThatReportsAnErrorMakesTheCallFail() {
        gateway.answer(
                "/rpc", 200, result("{\"isError\":true,\"content\":[{\"type\":\"text\",\"text\":\"no such city\"}]}"));
        assertThat(terminal.run("call", "weather", "--url", gateway.url())).isEqualTo(ExitCode.FAILED);
        assertThat(terminal.out()).contains("no such city");
    }

    @Test
    void aRefusedCallSaysWhy() throws IOException {
        gateway.answer(
                "/rpc",
                200,
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,\"message\":\"Unknown tool: nope\"}}");
        assertThat(terminal.run("call", "nope", "--json", "--url", gateway.url()))
                .isEqualTo(ExitCode.FAILED);
        assertThat(terminal.err()).contains("Unknown tool: nope");
        assertThat(JSON.readTree(terminal.out()).at("/error/message").asText()).contains("Unknown tool: nope");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[1]", "7", "", "{} {}", "@/no/such/file"})
    void argumentsThatAreNoObjectAreAUsageError(String arguments) {
        assertThat(terminal.run("call", "t", "--args", arguments, "--url", gateway.url()))
                .isEqualTo(ExitCode.USAGE);
        assertThat(terminal.err()).contains("--args");
        assertThat(gateway.bodies()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "tools --url ftp://here, http://127.0.0.1:4444",
        "report --url here, http://127.0.0.1:9000",
        "tools --timeout 0, --timeout must be",
        "report --timeout -1, --timeout must be",
        "call t --embedded --timeout 0, --timeout must be"
    })
    void anAddressOrATimeThatCannotBeMeantIsAUsageErrorWithAdvice(String line, String advice) {
        assertThat(terminal.run(line.split(" "))).isEqualTo(ExitCode.USAGE);
        assertThat(terminal.err()).contains(advice);
    }

    @Test
    void withoutAGatewayTheAnswerSaysHowToStartOne() throws IOException {
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closedPort = socket.getLocalPort();
        }
        assertThat(terminal.run("services", "--url", "http://127.0.0.1:" + closedPort))
                .isEqualTo(ExitCode.UNREACHABLE);
        assertThat(terminal.err()).contains("make start").contains("serve").contains("--url");
    }

    @Test
    void somethingElseOnThePortIsNotTakenForTheGateway() {
        gateway.answer("/services", 200, "<html>hello</html>");
        assertThat(terminal.run("services", "--url", gateway.url())).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(terminal.err()).contains("not this gateway");
    }

    @Test
    void aRefusalCarriesTheGatewaysReason() {
        gateway.answer("/services", 403, "{\"detail\":\"not for you\",\"code\":\"GW-1204\"}");
        assertThat(terminal.run("services", "--url", gateway.url())).isEqualTo(ExitCode.FAILED);
        assertThat(terminal.err()).contains("403").contains("not for you");
    }

    private static String result(String result) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":" + result + "}";
    }
}
