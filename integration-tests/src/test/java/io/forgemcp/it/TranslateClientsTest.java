package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.translate.BridgeSettings;
import io.forgemcp.gateway.translate.BridgeSettings.Sharing;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientSseClientTransport;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients and servers that others wrote, with the bridge between them, in both directions. */
@Tag("node")
class TranslateClientsTest {
    private static final String SUM = "[{'do':'listTools'},"
            + "{'do':'callTool','with':{'name':'get-sum','arguments':{'a':2,'b':3}}},{'do':'ping'}]";

    @TempDir
    private static Path directory;

    private static TestBridge everything;
    private static TestBridge shared;

    @BeforeAll
    static void start() {
        var server = NpmServer.EVERYTHING.service(directory);
        everything = new TestBridge(server, BridgeSettings.DEFAULT);
        shared = new TestBridge(server, BridgeSettings.DEFAULT.withSharing(Sharing.SHARED));
    }

    @AfterAll
    static void stop() {
        for (TestBridge bridge : new TestBridge[] {everything, shared}) {
            if (bridge != null) {
                bridge.close();
            }
        }
    }

    private static URI uri(String which, String path) {
        return (which.equals("shared") ? shared : everything).uri(path);
    }

    @ParameterizedTest
    @CsvSource({"own, http", "own, sse", "shared, http", "shared, sse"})
    void theJavaSdkCalls(String which, String wire) {
        String base = uri(which, "/").toString();
        McpClientTransport transport = wire.equals("sse")
                ? HttpClientSseClientTransport.builder(base).sseEndpoint("/sse").build()
                : HttpClientStreamableHttpTransport.builder(base)
                        .endpoint("/mcp")
                        .build();
        try (McpSyncClient client =
                McpClient.sync(transport).requestTimeout(Duration.ofSeconds(30)).build()) {
            assertThat(client.initialize().serverInfo().name()).contains("everything");
            McpSchema.CallToolResult result = client.callTool(McpSchema.CallToolRequest.builder("get-sum")
                    .arguments(Map.of("a", 2, "b", 3))
                    .build());
            assertThat(result.content().toString()).contains("The sum of 2 and 3 is 5.");
            client.ping();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "client-v1.mjs, own, http",
        "client-v1.mjs, own, sse",
        "client-v2.mjs, own, http",
        "client-v2.mjs, own, sse",
        "client-v1.mjs, shared, http",
        "client-v2.mjs, shared, sse"
    })
    void theTypeScriptSdksCall(String script, String which, String wire) {
        Child run = Child.run(
                List.of(
                        "node",
                        Checkout.script(script).toString(),
                        uri(which, wire.equals("sse") ? "/sse" : "/mcp").toString(),
                        wire),
                Json.of(SUM).toString());
        assertSum(run);
    }

    private static void assertSum(Child run) {
        assertThat(run.status()).as(run.err()).isZero();
        JsonNode results = Json.tree(run.out());
        assertThat(results.get(1).path("tools").findValuesAsText("name")).contains("get-sum");
        assertThat(results.get(2).path("content").toString()).contains("The sum of 2 and 3 is 5.");
    }

    @Test
    void theInspectorCalls(@TempDir Path storage) {
        Child run = Child.run(
                List.of(
                        Checkout.modernNode(),
                        Checkout.npm("@modelcontextprotocol/inspector/clients/launcher/build/index.js")
                                .toString(),
                        "--cli",
                        "--transport",
                        "http",
                        "--format",
                        "json",
                        "--stored-auth-only",
                        "--server-url",
                        uri("own", "/mcp").toString(),
                        "--method",
                        "tools/call",
                        "--tool-name",
                        "get-sum",
                        "--tool-arg",
                        "a=2",
                        "--tool-arg",
                        "b=3"),
                "",
                Map.of(
                        "MCP_AUTO_OPEN_ENABLED", "false",
                        "MCP_STORAGE_DIR", storage.toString(),
                        "MCP_INSPECTOR_SECRET_STORE", "memory"));
        assertThat(run.status()).as(() -> run.out() + run.err()).isZero();
        assertThat(run.out()).contains("The sum of 2 and 3 is 5.");
    }

    /** The program as a desktop client starts it. */
    private static List<String> program(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "io.forgemcp.server.cli.Main"));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Child desktop(String generation, List<String> command, String steps) {
        List<String> all = new ArrayList<>(
                List.of("node", Checkout.script("client-stdio.mjs").toString(), generation));
        all.addAll(command);
        return Child.run(all, Json.of(steps).toString());
    }

    @ParameterizedTest
    @CsvSource({"v1, --connect-streamable-http, /mcp", "v2, --connect-streamable-http, /mcp", "v1, --connect-sse, /sse"
    })
    void aDesktopClientUsesAUrl(String generation, String option, String path) {
        assertSum(desktop(
                generation, program("translate", option, uri("own", path).toString()), SUM));
    }

    @Test
    void aDesktopClientIsAskedAndAnswersThroughBothDirections() {
        Child run = desktop(
                "v1",
                program(
                        "translate",
                        "--connect-streamable-http",
                        uri("own", "/mcp").toString()),
                "[{'do':'callTool','with':{'name':'trigger-sampling-request','arguments':{'prompt':'p','maxTokens':5}}}]");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("sampled by the client");
    }

    @Test
    void aDesktopClientUsesTheRunningGateway() {
        var memory = NpmServer.MEMORY.service(directory);
        try (TestGateway gateway = TestGateway.of(memory)) {
            gateway.gateway()
                    .catalog()
                    .refresh(memory.name())
                    .toCompletableFuture()
                    .join();
            Child run = desktop(
                    "v2",
                    program(
                            "stdio",
                            "--server",
                            "memory",
                            "--url",
                            gateway.uri("/").toString()),
                    "[{'do':'callTool','with':{'name':'read_graph','arguments':{}}}]");
            assertThat(run.status()).as(run.err()).isZero();
            assertThat(run.out()).contains("entities");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2"})
    void aBridgeOfSomebodyElseGetsAlongWithOurs(String generation) {
        assertSum(desktop(
                generation,
                List.of(
                        Checkout.modernNode(),
                        Checkout.npm("mcp-remote/dist/proxy.js").toString(),
                        uri("own", "/mcp").toString(),
                        "--allow-http"),
                SUM));
    }

    @Test
    void aModernClientAndAModernServerSpeakModern() {
        var server = io.forgemcp.gateway.service.ServiceDefinition.stdio(
                        "conformance",
                        Checkout.modernNode(),
                        Checkout.script("conformance/stdio.mjs").toString())
                .build();
        try (TestBridge modern = new TestBridge(server, BridgeSettings.DEFAULT)) {
            Child run = desktop(
                    "v2",
                    program(
                            "translate",
                            "--connect-streamable-http",
                            modern.uri("/mcp").toString()),
                    "[{'do':'getNegotiatedProtocolVersion'},"
                            + "{'do':'callTool','with':{'name':'test_simple_text','arguments':{}}}]");
            assertThat(run.status()).as(run.err()).isZero();
            assertThat(run.out()).contains("2026-07-28").contains("simple text");
        }
    }
}
