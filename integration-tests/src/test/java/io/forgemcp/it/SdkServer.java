package io.forgemcp.it;

import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.server.transport.StdioServerTransportProvider;
import io.modelcontextprotocol.spec.McpSchema;
import java.nio.file.Path;
import java.util.Map;

/** A stdio server on the official Java SDK, run as a child process: one tool that says what it is given. */
final class SdkServer {
    static final String TOOL = "say";

    private SdkServer() {}

    /** The command that runs it. */
    static String[] command() {
        return new String[] {
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            SdkServer.class.getName()
        };
    }

    public static void main(String[] arguments) {
        McpSchema.Tool tool = McpSchema.Tool.builder(TOOL, Map.of("type", "object"))
                .description("Says what it is given.")
                .build();
        McpSyncServer server = McpServer.sync(new StdioServerTransportProvider(McpJsonDefaults.getMapper()))
                .serverInfo("java-sdk", "2.1.0")
                .capabilities(McpSchema.ServerCapabilities.builder().tools(true).build())
                .toolCall(
                        tool,
                        (exchange, request) -> McpSchema.CallToolResult.builder()
                                .addTextContent("said " + request.arguments().get("message"))
                                .build())
                .build();
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
    }
}
