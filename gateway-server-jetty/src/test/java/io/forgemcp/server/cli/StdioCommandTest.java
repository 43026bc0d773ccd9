package io.forgemcp.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.inprocess.Tool;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.server.GatewayServer;
import io.forgemcp.server.ServerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway as an MCP server on standard input and output. */
class StdioCommandTest {
    private static final String SESSION = """
            {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}
            {"jsonrpc":"2.0","method":"notifications/initialized"}
            {"jsonrpc":"2.0","id":"call-1","method":"tools/call","params":{"name":"%s","arguments":{}}}
            """;

    @TempDir
    private Path directory;

    private final Terminal terminal = new Terminal();

    /** A tool of ours. */
    public static final class Pong {
        @Tool("Answers")
        public String pong() {
            return "pong";
        }
    }

    /** Every line of standard output has to be a message. */
    private List<JsonNode> messages() {
        return terminal.out()
                .lines()
                .map(line -> {
                    try {
                        return new ObjectMapper().readTree(line);
                    } catch (IOException noMessage) {
                        throw new UncheckedIOException(line, noMessage);
                    }
                })
                .toList();
    }

    private JsonNode answer(String id) {
        return messages().stream()
                .filter(message -> message.path("id").asText().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError(terminal.out() + terminal.err()));
    }

    private static int unusedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void withoutAGatewayItRunsOneOfItsOwn() throws IOException {
        terminal.with("GATEWAY_PORT", Integer.toString(unusedPort())).typing(SESSION.formatted("time-now"));
        assertThat(terminal.run("stdio", "--data", directory.toString())).isEqualTo(ExitCode.OK);
        assertThat(answer("0").at("/result/serverInfo/name").asText()).isEqualTo("forge-mcp-gateway");
        assertThat(answer("call-1").at("/result/content/0/text").asText()).contains("20");
        assertThat(terminal.err()).contains("runs one of its own");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--url", "GATEWAY_PORT"})
    void itUsesTheGatewayThatRuns(String how) {
        ServiceDefinition service =
                ServiceDefinition.java("mine", JavaServer.of(new Pong())).build();
        try (Gateway gateway = Gateway.builder().service(service).build().start();
                GatewayServer server =
                        GatewayServer.start(gateway, ServerSettings.defaults().withAddress("127.0.0.1", 0))) {
            terminal.typing(SESSION.formatted("mine-pong"));
            int exit = how.equals("--url")
                    ? terminal.run("stdio", "--url", server.uri().toString())
                    : terminal.with("GATEWAY_PORT", Integer.toString(server.port()))
                            .run("stdio");
            assertThat(exit).isEqualTo(ExitCode.OK);
            assertThat(answer("call-1").at("/result/content/0/text").asText()).isEqualTo("pong");
        }
    }

    @Test
    void aVirtualServerThatIsNotThereIsSaidToTheClient() throws IOException {
        terminal.with("GATEWAY_PORT", Integer.toString(unusedPort())).typing(SESSION.formatted("x"));
        assertThat(terminal.run("stdio", "--data", directory.toString(), "--server", "no such"))
                .isEqualTo(ExitCode.OK);
        assertThat(answer("0").at("/error/data/code").asText()).isEqualTo("GW-1304");
        assertThat(answer("call-1").has("error")).isTrue();
    }

    @Test
    void aGatewayThatWasNamedHasToBeThere() throws IOException {
        assertThat(terminal.run("stdio", "--url", "http://127.0.0.1:" + unusedPort()))
                .isEqualTo(ExitCode.UNREACHABLE);
        assertThat(terminal.out()).isEmpty();
        assertThat(terminal.err()).contains("No gateway answers");
    }

    @Test
    void anEndWithoutAWordIsAnEnd() throws IOException {
        terminal.with("GATEWAY_PORT", Integer.toString(unusedPort()));
        assertThat(terminal.run("stdio", "--data", directory.toString())).isEqualTo(ExitCode.OK);
        assertThat(terminal.out()).isEmpty();
    }
}
