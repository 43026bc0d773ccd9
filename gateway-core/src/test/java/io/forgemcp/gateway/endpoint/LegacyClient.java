package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.protocol.JsonSlice;

/** A client of the streamable HTTP endpoint with a session of its own. */
public final class LegacyClient {
    private final McpEndpoint endpoint;
    final String session;

    private LegacyClient(McpEndpoint endpoint, String session) {
        this.endpoint = endpoint;
        this.session = session;
    }

    static LegacyClient open(McpEndpoint endpoint, String version, String capabilities) {
        String initialize = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\""
                + version + "\",\"capabilities\":" + capabilities
                + ",\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}";
        return new LegacyClient(endpoint, FakeHttp.post(initialize).to(endpoint).header("Mcp-Session-Id", true));
    }

    public static LegacyClient open(McpEndpoint endpoint) {
        return open(endpoint, "2025-11-25", "{}");
    }

    FakeHttp post(String json) {
        return FakeHttp.post(json).session(session).to(endpoint);
    }

    public FakeHttp request(String id, String method, String params) {
        return post("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + params + "}");
    }

    FakeHttp call(String id) {
        return request(id, "tools/call", "{\"name\":\"s-t\",\"_meta\":{\"progressToken\":\"tok\"}}");
    }

    public FakeHttp listen() {
        return FakeHttp.get().session(session).to(endpoint);
    }

    /** Ends the session. */
    public FakeHttp delete() {
        return FakeHttp.delete().session(session).to(endpoint);
    }

    FakeHttp resume(String lastEventId) {
        return FakeHttp.get()
                .session(session)
                .with("Last-Event-ID", lastEventId)
                .to(endpoint);
    }

    /** The id in a message that came as an event. */
    static String idOf(String event) {
        return String.valueOf(JsonSlice.parse(event).member("id"));
    }
}
