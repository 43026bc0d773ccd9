package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientSseClientTransport;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The clients that people use, each at each server, through a virtual server. */
@Tag("node")
class RealClientsTest {
    /** One call for each server, and a part of its answer. */
    private enum Sample {
        EVERYTHING("get-sum", "{'a':2,'b':3}", "The sum of 2 and 3 is 5."),
        MEMORY("read_graph", "{}", "entities"),
        FILESYSTEM("list_allowed_directories", "{}", "Allowed directories"),
        THINKING(
                "sequentialthinking",
                "{'thought':'t','nextThoughtNeeded':false,'thoughtNumber':1,'totalThoughts':1}",
                "thoughtHistoryLength"),
        PLAYWRIGHT("browser_close", "{}", "No open tabs");

        private final String tool;
        private final JsonNode arguments;
        private final String answer;

        Sample(String tool, String arguments, String answer) {
            this.tool = tool;
            this.arguments = Json.of(arguments);
            this.answer = answer;
        }

        String slug() {
            return NpmServer.valueOf(name()).slug();
        }
    }

    private static TestGateway gateway;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        gateway = TestGateway.start(builder -> {
            for (NpmServer server : NpmServer.values()) {
                var service = server.service(make(directory.resolve(server.slug())));
                builder.service(service).virtualServer(TestGateway.original(service));
            }
            return builder;
        });
        // The lists of the virtual servers are complete once each has been learnt.
        for (NpmServer server : NpmServer.values()) {
            gateway.gateway()
                    .catalog()
                    .refresh(io.forgemcp.gateway.service.ServiceName.of(server.slug()))
                    .toCompletableFuture()
                    .join();
        }
    }

    private static Path make(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theJavaSdkCallsOverStreamableHttp(Sample sample) {
        assertJavaSdkWorks(
                HttpClientStreamableHttpTransport.builder(gateway.uri("/").toString())
                        .endpoint("/servers/" + sample.slug() + "/mcp")
                        .build(),
                sample);
    }

    @ParameterizedTest
    @EnumSource
    void theJavaSdkCallsOverSse(Sample sample) {
        assertJavaSdkWorks(
                HttpClientSseClientTransport.builder(gateway.uri("/").toString())
                        .sseEndpoint("/servers/" + sample.slug() + "/sse")
                        .build(),
                sample);
    }

    private static void assertJavaSdkWorks(McpClientTransport transport, Sample sample) {
        try (McpSyncClient client =
                McpClient.sync(transport).requestTimeout(Duration.ofSeconds(20)).build()) {
            assertThat(client.initialize().serverInfo().name()).isNotBlank();
            assertThat(client.listTools().tools())
                    .extracting(McpSchema.Tool::name)
                    .contains(sample.tool);
            Map<String, Object> arguments = new HashMap<>();
            sample.arguments.properties().forEach(entry -> arguments.put(entry.getKey(), plain(entry.getValue())));
            McpSchema.CallToolResult result = client.callTool(McpSchema.CallToolRequest.builder(sample.tool)
                    .arguments(arguments)
                    .build());
            assertThat(result.isError()).isNotEqualTo(true);
            assertThat(result.content())
                    .anySatisfy(content -> assertThat(content)
                            .isInstanceOfSatisfying(
                                    McpSchema.TextContent.class,
                                    text -> assertThat(text.text()).contains(sample.answer)));
            client.ping();
        }
    }

    private static Object plain(JsonNode value) {
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        return value.isNumber() ? value.numberValue() : value.asText();
    }

    @ParameterizedTest
    @CsvSource({"client-v1.mjs, http", "client-v1.mjs, sse", "client-v2.mjs, http", "client-v2.mjs, sse"})
    void theTypeScriptSdksCallEveryServer(String script, String wire) {
        for (Sample sample : Sample.values()) {
            String path = "/servers/" + sample.slug() + (wire.equals("sse") ? "/sse" : "/mcp");
            JsonNode steps = Json.of("[{'do':'listTools'},{'do':'callTool','with':{'name':'" + sample.tool
                    + "','arguments':" + sample.arguments + "}},{'do':'ping'},"
                    + "{'do':'callTool','with':{'name':'no-such-tool','arguments':{}}}]");
            Child run = Child.run(
                    List.of(
                            "node",
                            Checkout.script(script).toString(),
                            gateway.uri(path).toString(),
                            wire),
                    steps.toString());
            assertThat(run.status()).as(run.err()).isZero();
            JsonNode results = Json.tree(run.out());
            assertThat(results.get(1).path("tools").findValuesAsText("name"))
                    .as(path)
                    .contains(sample.tool);
            assertThat(results.get(2).path("content").toString()).contains(sample.answer);
            // The client of the second generation agrees on MCP 2026-07-28 where it can, which has no ping.
            assertThat(results.get(3).has("error")).isEqualTo(script.equals("client-v2.mjs") && wire.equals("http"));
            assertThat(results.get(4).at("/error/code").intValue()).isEqualTo(-32602);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theInspectorListsStrictlyAndCalls(Sample sample, @TempDir Path storage) {
        JsonNode listed = inspect(sample, storage, "--method", "tools/list", "--strict");
        assertThat(listed.findValuesAsText("name")).contains(sample.tool);
        List<String> call = new ArrayList<>(List.of("--method", "tools/call", "--tool-name", sample.tool));
        sample.arguments
                .properties()
                .forEach(entry -> call.addAll(List.of(
                        "--tool-arg", entry.getKey() + "=" + entry.getValue().asText())));
        assertThat(inspect(sample, storage, call.toArray(String[]::new)).toString())
                .contains(sample.answer);
    }

    private static JsonNode inspect(Sample sample, Path storage, String... what) {
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
                "--server-url",
                gateway.mcp(sample.slug()).toString()));
        command.addAll(List.of(what));
        Child run = Child.run(
                command,
                "",
                Map.of(
                        "MCP_AUTO_OPEN_ENABLED", "false",
                        "MCP_STORAGE_DIR", storage.toString(),
                        "MCP_INSPECTOR_SECRET_STORE", "memory"));
        assertThat(run.status()).as(() -> run.out() + run.err()).isZero();
        return Json.tree(run.out());
    }
}
