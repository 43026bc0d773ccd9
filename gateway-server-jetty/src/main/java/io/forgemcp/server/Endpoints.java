package io.forgemcp.server;

import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.server.http.Route;
import io.forgemcp.server.http.Route.Verb;
import java.util.List;

/**
 * The three MCP endpoints that a listener serves.
 *
 * @param streamableHttp at {@code /mcp} and {@code /servers/{id}/mcp}
 * @param legacySse at {@code /sse}, {@code /message} and the same below {@code /servers/{id}}
 * @param rpc at {@code /rpc}: plain JSON-RPC without sessions
 */
public record Endpoints(McpEndpoint streamableHttp, McpEndpoint legacySse, McpEndpoint rpc) {
    List<Route> routes() {
        return List.of(
                Route.mcp(Verb.POST, "/mcp", "Sends a message to every server (MCP streamable HTTP).", streamableHttp),
                Route.mcp(Verb.GET, "/mcp", "Opens the stream of a session.", streamableHttp),
                Route.mcp(Verb.DELETE, "/mcp", "Ends a session.", streamableHttp),
                Route.mcp(
                        Verb.POST,
                        "/servers/{id}/mcp",
                        "Sends a message to a virtual server (MCP streamable HTTP).",
                        streamableHttp),
                Route.mcp(
                        Verb.GET,
                        "/servers/{id}/mcp",
                        "Opens the stream of a virtual server's session.",
                        streamableHttp),
                Route.mcp(Verb.DELETE, "/servers/{id}/mcp", "Ends a virtual server's session.", streamableHttp),
                Route.mcp(Verb.GET, "/sse", "Opens a session with every server (MCP HTTP+SSE, 2024-11-05).", legacySse),
                Route.mcp(Verb.POST, "/message", "Sends a message to an HTTP+SSE session.", legacySse),
                Route.mcp(
                        Verb.GET,
                        "/servers/{id}/sse",
                        "Opens a session with a virtual server (MCP HTTP+SSE, 2024-11-05).",
                        legacySse),
                Route.mcp(
                        Verb.POST,
                        "/servers/{id}/message",
                        "Sends a message to a virtual server's session.",
                        legacySse),
                Route.mcp(Verb.POST, "/rpc", "Calls any MCP method as plain JSON-RPC 2.0, without a session.", rpc));
    }
}
