package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.endpoint.EventStream;
import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.endpoint.McpRequest;
import io.forgemcp.gateway.endpoint.McpResponder;
import io.forgemcp.gateway.security.Caller;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** One HTTP exchange without a web server. */
final class Http implements McpRequest, McpResponder, EventStream {
    private final Verb verb;
    private final byte[] body;
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, String> answerHeaders = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private String repeated;
    private String sessionId;
    private Runnable disconnect = () -> {};
    volatile int status;
    volatile String json;
    volatile boolean streaming;
    volatile boolean closed;
    final List<String> events = new CopyOnWriteArrayList<>();
    final List<String> ids = new CopyOnWriteArrayList<>();
    /** What the client is asked to wait before it comes back; -1 if it was not asked. */
    volatile long retry = -1;

    private Http(Verb verb, byte[] body) {
        this.verb = verb;
        this.body = body;
    }

    /** Single quotes stand for double ones. */
    static Http post(String json) {
        return post(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    static Http post(byte[] body) {
        return new Http(Verb.POST, body).with("Accept", "application/json, text/event-stream");
    }

    static Http get() {
        return new Http(Verb.GET, new byte[0]).with("Accept", "text/event-stream");
    }

    static Http delete() {
        return new Http(Verb.DELETE, new byte[0]);
    }

    /** A request of the revision 2026-07-28 with its headers. */
    static Http modern(String id, String method, String more) {
        return post("{'jsonrpc':'2.0','id':" + id + ",'method':'" + method + "','params':{" + more
                        + "'_meta':{'io.modelcontextprotocol/protocolVersion':'2026-07-28',"
                        + "'io.modelcontextprotocol/clientCapabilities':{},'progressToken':'mine'}}}")
                .with("MCP-Protocol-Version", "2026-07-28")
                .with("Mcp-Method", method);
    }

    Http with(String header, String value) {
        headers.put(header, value);
        return this;
    }

    /** The same header once more. */
    Http repeating(String header) {
        repeated = header;
        return this;
    }

    Http session(String id) {
        return with("Mcp-Session-Id", id);
    }

    /** In the query, as HTTP+SSE has it. */
    Http asking(String id) {
        sessionId = id;
        return this;
    }

    Http to(McpEndpoint endpoint) {
        endpoint.handle(this, this);
        return this;
    }

    boolean isAnswered() {
        return status != 0;
    }

    String header(String name, boolean ofAnswer) {
        return answerHeaders.get(name);
    }

    void disconnect() {
        disconnect.run();
    }

    @Override
    public Verb verb() {
        return verb;
    }

    @Override
    public String virtualServer() {
        return null;
    }

    @Override
    public String header(String name) {
        return headers.get(name);
    }

    @Override
    public String repeatedHeader() {
        return repeated;
    }

    @Override
    public String query(String name) {
        return name.equals("sessionId") ? sessionId : null;
    }

    @Override
    public String path() {
        return "/v1/sse";
    }

    @Override
    public byte[] body() {
        return body;
    }

    @Override
    public Caller caller() {
        return Caller.LOCAL;
    }

    @Override
    public void answer(int code, byte[] bytes, String... pairs) {
        begin(code, pairs);
        json = bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
        closed = true;
    }

    private synchronized void begin(int code, String... pairs) {
        if (status != 0) {
            throw new AssertionError("answered twice: " + status + " and " + code);
        }
        for (int i = 0; i < pairs.length; i += 2) {
            answerHeaders.put(pairs[i].toLowerCase(Locale.ROOT), pairs[i + 1]);
        }
        status = code;
    }

    @Override
    public EventStream stream(String... pairs) {
        begin(200, pairs);
        streaming = true;
        return this;
    }

    @Override
    public void onDisconnect(Runnable action) {
        disconnect = action;
    }

    @Override
    public void event(String event, byte[] data) {
        events.add((event == null ? "" : event + ":") + new String(data, StandardCharsets.UTF_8));
    }

    @Override
    public void numbered(String id, byte[] data) {
        ids.add(id);
        event(null, data);
    }

    @Override
    public void prime(String id, long retryMillis) {
        ids.add(id);
        retry = retryMillis;
    }

    @Override
    public void comment(String text) {}

    @Override
    public void close() {
        closed = true;
    }
}
