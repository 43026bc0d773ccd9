package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that others wrote behind the gateway, clients that others wrote in front of it, in both generations. */
@Tag("node")
@Timeout(120)
class InteropTest {
    /** A server, one of its tools, and a part of the tool's answer. */
    private enum Upstream {
        /** The TypeScript SDK, second generation, which speaks both generations of the protocol. */
        TYPESCRIPT("test_simple_text", "{}", "simple text response"),
        /** The Java SDK. */
        JAVA(SdkServer.TOOL, "{'message':'hello'}", "said hello"),
        /** The reference server behind {@code mcp-proxy}, which turns it into an HTTP server. */
        PROXY("get-sum", "{'a':2,'b':3}", "The sum of 2 and 3 is 5.");

        private final String tool;
        private final JsonNode arguments;
        private final String answer;

        Upstream(String tool, String arguments, String answer) {
            this.tool = tool;
            this.arguments = Json.of(arguments);
            this.answer = answer;
        }

        String slug() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private static NodeScript typescript;
    private static Process proxy;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        typescript = NodeScript.conformanceServer();
        int port = freePort();
        proxy = new ProcessBuilder(
                        Checkout.modernNode(),
                        Checkout.npm("mcp-proxy/dist/bin/mcp-proxy.mjs").toString(),
                        "--host",
                        "127.0.0.1",
                        "--port",
                        String.valueOf(port),
                        "--server",
                        "stream",
                        "--",
                        Checkout.modernNode(),
                        Checkout.npm("@modelcontextprotocol/server-everything/dist/index.js")
                                .toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        gateway = TestGateway.of(
                remote(Upstream.TYPESCRIPT, typescript.url()),
                remote(Upstream.PROXY, URI.create("http://127.0.0.1:" + port + "/mcp")),
                ServiceDefinition.stdio(Upstream.JAVA.slug(), SdkServer.command())
                        .build());
        for (Upstream upstream : Upstream.values()) {
            try (GatewayClient client = gateway.client(upstream.slug())) {
                org.awaitility.Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(200))
                        .until(() -> client.request("tools/list", Json.of("{}"))
                                .findValuesAsText("name")
                                .contains(upstream.tool));
            }
        }
    }

    private static ServiceDefinition remote(Upstream upstream, URI url) {
        return ServiceDefinition.http(upstream.slug(), url)
                .isolation(Isolation.SESSION)
                .build();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.close();
        }
        if (proxy != null) {
            proxy.descendants().forEach(ProcessHandle::destroyForcibly);
            proxy.destroyForcibly();
        }
        if (typescript != null) {
            typescript.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "client-v1.mjs, TYPESCRIPT",
        "client-v1.mjs, JAVA",
        "client-v1.mjs, PROXY",
        "client-v2.mjs, TYPESCRIPT",
        "client-v2.mjs, JAVA",
        "client-v2.mjs, PROXY",
        "client-remote.mjs, TYPESCRIPT",
        "client-remote.mjs, JAVA",
        "client-remote.mjs, PROXY"
    })
    void theTypeScriptSdksListAndCall(String script, Upstream upstream, @TempDir Path home) {
        JsonNode steps = Json.of("[{'do':'listTools'},{'do':'callTool','with':{'name':'" + upstream.tool
                + "','arguments':" + upstream.arguments + "}}]");
        Child run = Child.run(
                List.of(
                        Checkout.modernNode(),
                        Checkout.script(script).toString(),
                        gateway.mcp(upstream.slug()).toString(),
                        "http"),
                steps.toString(),
                Map.of("MCP_REMOTE_CONFIG_DIR", home.toString()));
        assertThat(run.status()).as(run::err).isZero();
        JsonNode results = Json.tree(run.out());
        assertThat(results.get(1).findValuesAsText("name")).contains(upstream.tool);
        assertThat(results.get(2).toString()).contains(upstream.answer);
    }

    @ParameterizedTest
    @EnumSource
    void theJavaSdkListsAndCalls(Upstream upstream) {
        try (McpSyncClient client = McpClient.sync(HttpClientStreamableHttpTransport.builder(
                                gateway.uri("/").toString())
                        .endpoint("/servers/" + upstream.slug() + "/mcp")
                        .build())
                .requestTimeout(Duration.ofSeconds(20))
                .build()) {
            client.initialize();
            assertThat(client.listTools().tools())
                    .extracting(McpSchema.Tool::name)
                    .contains(upstream.tool);
            McpSchema.CallToolRequest.Builder call = McpSchema.CallToolRequest.builder(upstream.tool);
            Map<String, Object> arguments = new java.util.HashMap<>();
            upstream.arguments
                    .properties()
                    .forEach(entry -> arguments.put(
                            entry.getKey(),
                            entry.getValue().isNumber()
                                    ? entry.getValue().numberValue()
                                    : entry.getValue().asText()));
            assertThat(client.callTool(call.arguments(arguments).build()).toString())
                    .contains(upstream.answer);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TYPESCRIPT, legacy",
        "TYPESCRIPT, modern",
        "JAVA, legacy",
        "JAVA, modern",
        "PROXY, legacy",
        "PROXY, modern"
    })
    void theInspectorCallsInBothGenerations(Upstream upstream, String era, @TempDir Path storage) {
        List<String> command = new ArrayList<>(List.of(
                Checkout.modernNode(),
                Checkout.npm("@modelcontextprotocol/inspector/clients/launcher/build/index.js")
                        .toString(),
                "--cli",
                "--transport",
                "http",
                "--format",
                "json",
                "--stored-auth-only",
                "--protocol-era",
                era,
                "--server-url",
                gateway.mcp(upstream.slug()).toString(),
                "--method",
                "tools/call",
                "--tool-name",
                upstream.tool));
        upstream.arguments
                .properties()
                .forEach(entry -> command.addAll(List.of(
                        "--tool-arg", entry.getKey() + "=" + entry.getValue().asText())));
        Child run = Child.run(command, "", inspectorEnvironment(storage));
        assertThat(run.status()).as(() -> run.out() + run.err()).isZero();
        assertThat(run.out()).contains(upstream.answer);
    }

    private static Map<String, String> inspectorEnvironment(Path storage) {
        return Map.of(
                "MCP_AUTO_OPEN_ENABLED", "false",
                "MCP_STORAGE_DIR", storage.toString(),
                "MCP_INSPECTOR_SECRET_STORE", "memory",
                "MCP_INSPECTOR_DAEMON_DIR", storage.resolve("daemon").toString(),
                "MCP_INSPECTOR_DAEMON_TOKEN", "a token of this test only");
    }

    /** A call pauses for its question, a second command answers it, and the call goes on. */
    @ParameterizedTest
    @ValueSource(strings = {"legacy", "modern"})
    void mcpdoAnswersWhatAToolAsks(String era, @TempDir Path storage) {
        String tool = era.equals("legacy") ? "test_elicitation" : "test_input_required_result_elicitation";
        try {
            mcpdo(storage, "connect", gateway.mcp("typescript").toString(), "--era", era);
            JsonNode pending = mcpdo(storage, "tools/call", tool, "message:=\"who?\"");
            String id = pending.at("/elicitationPending/elicitationId").asText();
            assertThat(id).as(pending.toString()).isNotEmpty();
            JsonNode answered = mcpdo(
                    storage,
                    "elicitation/respond",
                    id,
                    "name:=\"ada\"",
                    "username:=\"ada\"",
                    "email:=\"a@example.com\"");
            assertThat(answered.toString()).contains("ada");
        } finally {
            mcpdo(storage, "daemon", "stop");
        }
    }

    private static JsonNode mcpdo(Path storage, String... what) {
        List<String> command = new ArrayList<>(List.of(
                Checkout.modernNode(),
                Checkout.npm(".bin/mcpdo").toString(),
                "--format",
                "json",
                "--connection",
                "one"));
        command.addAll(List.of(what));
        Child run = Child.run(command, "", inspectorEnvironment(storage));
        assertThat(run.status())
                .as(() -> String.join(" ", what) + run.out() + run.err())
                .isZero();
        return run.out().startsWith("{") ? Json.tree(run.out()) : Json.of("{}");
    }
}
