package io.forgemcp.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The start and the end of the program, as a process and with real signals. */
class ServeTest {
    @TempDir
    private Path directory;

    private final Terminal terminal = new Terminal();

    @Test
    void aFreshDirectoryIsEnoughForRealWork() throws Exception {
        try (ServeProcess serve = new ServeProcess(directory, "--port", "0")) {
            String url = serve.url();
            assertThat(get(url + "/ready").statusCode()).isEqualTo(200);
            assertThat(terminal.run("call", "time-now", "--json", "--url", url)).isEqualTo(ExitCode.OK);
            assertThat(new ObjectMapper()
                            .readTree(terminal.out())
                            .at("/content/0/text")
                            .asText())
                    .contains("20");
            assertThat(terminal.run("services", "--url", url)).isEqualTo(ExitCode.OK);
            assertThat(terminal.out()).containsPattern("time +running");
            assertThat(terminal.run("tools", "--url", url)).isEqualTo(ExitCode.OK);
            assertThat(terminal.out()).containsPattern("time-now +time");
            assertThat(terminal.run("servers", "--url", url)).isEqualTo(ExitCode.OK);
            assertThat(serve.out())
                    .contains("\"mcpServers\"")
                    .contains("\"url\": \"" + url + "/mcp\"")
                    .containsPattern("SERVICE +STATE")
                    .containsPattern("time +running");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("data"))))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void theServiceManagerListensBesideTheGatewayAndObeysTheCommandLine() throws Exception {
        try (ServeProcess serve = new ServeProcess(directory, "--port", "0")) {
            serve.url();
            String manager = serve.line("service manager +(http://\\S+)");
            assertThat(get(manager + "/health").body()).contains("\"docker_connection\":");
            for (String command : new String[] {"stop", "start", "restart", "wake"}) {
                assertThat(terminal.run("services", command, "time", "--url", manager))
                        .as(terminal.err())
                        .isEqualTo(ExitCode.OK);
            }
            assertThat(terminal.out()).containsPattern("time +running");
            assertThat(terminal.run("services", "logs", "time", "--url", manager))
                    .isEqualTo(ExitCode.OK);
            assertThat(terminal.run("services", "sleep", "nobody", "--url", manager))
                    .isEqualTo(ExitCode.FAILED);
            assertThat(terminal.err()).contains("nobody");
        }
    }

    @Test
    void rolesChooseTheListeners() throws Exception {
        try (ServeProcess serve = new ServeProcess(directory, "--port", "0", "--roles", "manager")) {
            String manager = serve.line("service manager +(http://\\S+)");
            assertThat(get(manager + "/services").statusCode()).isEqualTo(200);
            assertThat(serve.out()).doesNotContain("MCP endpoint");
        }
    }

    @Test
    void aTakenPortOfTheServiceManagerIsNamedBeforeAnythingStarts() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            String data = directory.resolve("data").toString();
            int code = terminal.with("FORGE_SERVICE_MANAGER_PORT", port).run("serve", "--port", "0", "--data", data);
            assertThat(code).isEqualTo(ExitCode.PORT_TAKEN);
            assertThat(terminal.err()).contains(port).contains("FORGE_SERVICE_MANAGER_PORT");
            assertThat(directory.resolve("data")).doesNotExist();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT", "HUP"})
    void oneSignalStopsItCleanly(String signal) throws Exception {
        try (ServeProcess serve = new ServeProcess(directory, "--port", "0")) {
            String url = serve.url();
            serve.signal(signal);
            assertThat(serve.exitCode()).isEqualTo(ExitCode.OK);
            assertThat(serve.err()).contains("stopping");
            assertThat(PortCheck.isFree("127.0.0.1", URI.create(url).getPort())).isTrue();
        }
    }

    @Test
    void aTakenPortIsNamedBeforeAnythingStarts() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            int code = terminal.run(
                    "serve", "--port", port, "--data", directory.resolve("data").toString());
            assertThat(code).isEqualTo(ExitCode.PORT_TAKEN);
            assertThat(terminal.err()).contains(port).contains("--port");
            assertThat(directory.resolve("data")).doesNotExist();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--host, 0.0.0.0, other machines",
        "--env, production, production",
        "--host, no.such.host.invalid, unknown",
    })
    void whatWouldLetInStrangersIsRefusedWithTheReason(String option, String value, String reason) {
        assertThat(terminal.run("serve", "--port", "0", option, value)).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(terminal.err()).contains(reason);
    }

    @Test
    void requiredAuthenticationIsRefusedAsLongAsThereIsNone() {
        assertThat(terminal.with("AUTH_REQUIRED", "true").run("serve", "--port", "0"))
                .isEqualTo(ExitCode.CONFIGURATION);
        assertThat(terminal.err()).contains("AUTH_REQUIRED");
    }

    @ParameterizedTest
    @CsvSource({
        "--roles, 'gateway,router', 2, router",
        "--roles, chef, 2, 'gateway, manager'",
        "--manager-port, 70000, 2, 70000",
        "--naming, pretty, 2, pretty",
        "--upstream, nonsense, 2, nonsense",
        "--upstream, 'a b=http://127.0.0.1:1/mcp', 2, a b",
        "--config, /no/such/directory, 3, /no/such/directory",
    })
    void aWrongOptionIsNamed(String option, String value, int exitCode, String named) {
        String data = directory.resolve("data").toString();
        assertThat(terminal.run("serve", "--port", "0", "--data", data, option, value))
                .isEqualTo(exitCode);
        assertThat(terminal.err()).contains(named);
    }

    @Test
    void aPortOutOfRangeIsNamed() {
        assertThat(terminal.run("serve", "--port", "70000")).isEqualTo(ExitCode.USAGE);
        assertThat(terminal.err()).contains("70000");
        assertThat(terminal.with("GATEWAY_PORT", "many").run("serve")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(terminal.err()).contains("GATEWAY_PORT").contains("many");
    }

    @Test
    void aConfigurationWithErrorsStartsNothing() throws IOException {
        Path config = Files.createDirectory(directory.resolve("config"));
        Files.writeString(config.resolve("services.yml"), "services:\n  x:\n    imge: y\n");
        int code = terminal.run("serve", "--port", "0", "--config", config.toString());
        assertThat(code).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(terminal.err()).contains("services.yml:3").contains("imge");
    }

    @Test
    void theLimitOfTheBodyComesFromTheEnvironment() {
        assertThat(terminal.with("FORGE_MAX_REQUEST_SIZE", "lots").run("serve", "--port", "0"))
                .isEqualTo(ExitCode.CONFIGURATION);
        assertThat(terminal.err()).contains("lots").contains("256MB");
    }

    private static HttpResponse<String> get(String url) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
    }
}
