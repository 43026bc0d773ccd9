package io.forgemcp.server.cli;

import java.net.URI;
import java.util.List;

/** What a person pastes into an MCP client to use the gateway. */
final class ClientSnippet {
    private ClientSnippet() {}

    /** For clients that read {@code mcpServers}: Claude Desktop, Claude Code, Cursor and most others. */
    static List<String> json(URI endpoint) {
        return List.of(
                "{",
                "  \"mcpServers\": {",
                "    \"forge\": { \"type\": \"http\", \"url\": \"" + endpoint + "\" }",
                "  }",
                "}");
    }

    /** For Claude Code's own command. */
    static String claudeCode(URI endpoint) {
        return "claude mcp add --transport http forge " + endpoint;
    }
}
