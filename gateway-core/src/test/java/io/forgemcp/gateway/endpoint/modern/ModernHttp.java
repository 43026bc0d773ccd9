package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.endpoint.FakeHttp;

/** Requests as a client of revision 2026-07-28 makes them. */
final class ModernHttp {
    static final String VERSION = "2026-07-28";
    private static final String HEADER = "MCP-Protocol-Version";

    private ModernHttp() {}

    /** The reserved members of {@code _meta}. */
    static String meta(String capabilities) {
        return "\"io.modelcontextprotocol/protocolVersion\":\"" + VERSION
                + "\",\"io.modelcontextprotocol/clientInfo\":{\"name\":\"t\",\"version\":\"1\"},"
                + "\"io.modelcontextprotocol/clientCapabilities\":" + capabilities;
    }

    static String body(String id, String method, String params, String meta) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":{"
                + (params.isEmpty() ? "" : params + ",") + "\"_meta\":{" + meta + "}}}";
    }

    static FakeHttp request(String id, String method, String params) {
        return request(id, method, params, meta("{}"));
    }

    static FakeHttp request(String id, String method, String params, String meta) {
        return FakeHttp.post(body(id, method, params, meta))
                .with(HEADER, VERSION)
                .with("Mcp-Method", method);
    }

    static FakeHttp call(String id, String tool, String more) {
        return call(id, tool, more, meta("{}"));
    }

    static FakeHttp call(String id, String tool, String more, String meta) {
        return request(id, "tools/call", "\"name\":\"" + tool + "\"" + more, meta)
                .with("Mcp-Name", tool);
    }
}
