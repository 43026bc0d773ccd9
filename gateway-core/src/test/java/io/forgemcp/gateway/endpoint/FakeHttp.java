package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.security.Caller;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** One HTTP exchange without a web server: a request to hand in, and what came back. */
public final class FakeHttp implements McpRequest, McpResponder {
    private final Verb verb;
    private final byte[] body;
    private final Map<String, String> headers = new HashMap<>();
    private final Map<String, String> queries = new HashMap<>();
    private String repeated;
    private String virtualServer;
    private Caller caller = Caller.LOCAL;
    private static final Runnable GONE = () -> {};

    private final AtomicReference<Runnable> disconnect = new AtomicReference<>(() -> {});
    private final CompletableFuture<Integer> status = new CompletableFuture<>();
    private volatile String answer;
    private final Map<String, String> answerHeaders = new HashMap<>();
    private final List<String> events = new ArrayList<>();
    private final List<String> ids = new ArrayList<>();
    private final CompletableFuture<Void> streamClosed = new CompletableFuture<>();

    private FakeHttp(Verb verb, String body) {
        this.verb = verb;
        this.body = body.getBytes(StandardCharsets.UTF_8);
    }

    public static FakeHttp post(String body) {
        return new FakeHttp(Verb.POST, body).with("Accept", "application/json, text/event-stream");
    }

    public static FakeHttp get() {
        return new FakeHttp(Verb.GET, "").with("Accept", "text/event-stream");
    }

    public static FakeHttp delete() {
        return new FakeHttp(Verb.DELETE, "").with("Accept", "*/*");
    }

    public FakeHttp with(String header, String value) {
        headers.put(header.toLowerCase(Locale.ROOT), value);
        return this;
    }

    /** The same header once more. */
    public FakeHttp repeating(String header) {
        repeated = header;
        return this;
    }

    public FakeHttp session(String id) {
        return with("Mcp-Session-Id", id);
    }

    public FakeHttp at(String server) {
        virtualServer = server;
        return this;
    }

    public FakeHttp by(Caller who) {
        caller = who;
        return this;
    }

    public FakeHttp asking(String name, String value) {
        queries.put(name, value);
        return this;
    }

    public FakeHttp to(McpEndpoint endpoint) {
        endpoint.handle(this, this);
        return this;
    }

    /** The status, once there is an answer or a stream. */
    public int status() {
        return status.orTimeout(10, TimeUnit.SECONDS).join();
    }

    public boolean isAnswered() {
        return status.isDone();
    }

    public String answer() {
        status();
        return answer;
    }

    public String header(String name, boolean ofAnswer) {
        status();
        return answerHeaders.get(name.toLowerCase(Locale.ROOT));
    }

    public synchronized List<String> events() {
        return List.copyOf(events);
    }

    /** The ids of all events so far, the empty first one included. */
    synchronized List<String> ids() {
        return List.copyOf(ids);
    }

    public void awaitStreamEnd() {
        streamClosed.orTimeout(10, TimeUnit.SECONDS).join();
    }

    public boolean streamClosed() {
        return streamClosed.isDone();
    }

    public void disconnect() {
        disconnect.getAndSet(GONE).run();
    }

    @Override
    public Verb verb() {
        return verb;
    }

    @Override
    public String virtualServer() {
        return virtualServer;
    }

    @Override
    public String header(String name) {
        return headers.get(name.toLowerCase(Locale.ROOT));
    }

    @Override
    public String repeatedHeader() {
        return repeated;
    }

    @Override
    public String query(String name) {
        return queries.get(name);
    }

    @Override
    public String path() {
        return virtualServer == null ? "/sse" : "/servers/" + virtualServer + "/sse";
    }

    @Override
    public byte[] body() {
        return body;
    }

    @Override
    public Caller caller() {
        return caller;
    }

    @Override
    public void answer(int code, byte[] json, String... pairs) {
        remember(pairs);
        answer = json == null ? "" : new String(json, StandardCharsets.UTF_8);
        if (!status.complete(code)) {
            throw new AssertionError("answered twice");
        }
    }

    private void remember(String... pairs) {
        for (int i = 0; i < pairs.length; i += 2) {
            answerHeaders.put(pairs[i].toLowerCase(Locale.ROOT), pairs[i + 1]);
        }
    }

    @Override
    public EventStream stream(String... pairs) {
        remember(pairs);
        if (!status.complete(200)) {
            throw new AssertionError("answered twice");
        }
        return new EventStream() {
            @Override
            public void event(String event, byte[] data) {
                synchronized (FakeHttp.this) {
                    events.add((event == null ? "" : event + ":") + new String(data, StandardCharsets.UTF_8));
                }
            }

            @Override
            public void numbered(String id, byte[] data) {
                synchronized (FakeHttp.this) {
                    ids.add(id);
                    events.add(new String(data, StandardCharsets.UTF_8));
                }
            }

            @Override
            public void prime(String id, long retryMillis) {
                synchronized (FakeHttp.this) {
                    ids.add(id);
                }
            }

            @Override
            public void comment(String text) {}

            @Override
            public void close() {
                streamClosed.complete(null);
            }
        };
    }

    @Override
    public void onDisconnect(Runnable action) {
        // As a real one: who asks too late is told at once.
        if (disconnect.getAndUpdate(before -> before == GONE ? GONE : action) == GONE) {
            action.run();
        }
    }
}
