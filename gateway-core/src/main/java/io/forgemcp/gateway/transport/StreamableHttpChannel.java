package io.forgemcp.gateway.transport;

import io.forgemcp.gateway.service.OAuthClient;
import io.forgemcp.gateway.time.Timers;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One conversation over streamable HTTP: every message is a POST, and what the server says comes on its response. */
final class StreamableHttpChannel implements UpstreamChannel {
    static final String SESSION = "Mcp-Session-Id";
    static final String VERSION = "MCP-Protocol-Version";

    /** Ours, whatever an administrator configured; the connection's own headers are the HTTP client's. */
    private static final Set<String> RESERVED = caseless(
            "Accept", "Content-Type", "Content-Length", "Host", "Connection", "Transfer-Encoding", SESSION, VERSION);

    /** What becomes of a JSON-RPC error that comes with a status that is no success before there is a session. */
    enum Refusals {
        RELAYED,
        FAILURES
    }

    private final HttpFailures failures;
    private final URI url;
    private final HttpExchanger http;
    private final Timers timers;
    private final TransportSettings settings;
    private final StandingStream standing;
    private final PassedOver passedOver;
    private final List<String> configured;
    private final Refusals refusals;
    private final Duration lastWords;
    private @Nullable String session;
    private @Nullable String version;
    private final List<String> plainHeaders;
    private volatile List<String> postHeaders;
    private volatile boolean closed;

    StreamableHttpChannel(
            String service,
            InstanceAddress.Http address,
            HttpExchanger http,
            Timers timers,
            TransportSettings settings,
            Refusals refusals,
            Duration lastWords,
            ChannelListener listener) {
        this.failures = new HttpFailures(service, address.url());
        this.url = address.url();
        this.http = http;
        this.timers = timers;
        this.settings = settings;
        this.refusals = refusals;
        this.lastWords = address.oauth().equals(OAuthClient.OFF) ? lastWords : Duration.ZERO;
        this.configured = configured(address.headers());
        this.plainHeaders = headers("application/json, text/event-stream", true);
        this.postHeaders = plainHeaders;
        this.passedOver = new PassedOver(service, PassedOver.SEE_ITS_LOG);
        this.standing = new StandingStream(service, url, http, timers, settings, listener, passedOver);
    }

    private static Set<String> caseless(String... names) {
        Set<String> set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        set.addAll(List.of(names));
        return set;
    }

    static List<String> configured(Map<String, String> headers) {
        List<String> list = new ArrayList<>();
        headers.forEach((name, value) -> {
            if (!RESERVED.contains(name)) {
                list.add(name);
                list.add(value);
            }
        });
        return list;
    }

    private List<String> headers(String accept, boolean body) {
        List<String> list = new ArrayList<>(configured);
        list.add("Accept");
        list.add(accept);
        if (body) {
            list.add("Content-Type");
            list.add("application/json");
        }
        if (session != null) {
            list.add(SESSION);
            list.add(session);
        }
        if (version != null) {
            list.add(VERSION);
            list.add(version);
        }
        return List.copyOf(list);
    }

    @Override
    public Exchange send(Outgoing message, Receiver receiver) {
        if (closed) {
            receiver.onFailure(failures.closed(message.method() == null ? "an answer" : message.method()));
            return Exchange.NONE;
        }
        PostResponse response = new PostResponse(this, message, receiver);
        // A message that brings headers of its own says itself which revision it speaks, and knows no session.
        List<String> headers = message.headers().isEmpty() ? postHeaders : with(plainHeaders, message.headers());
        response.started(http.send(new HttpExchanger.Call("POST", url, headers, message.json()), response));
        return response;
    }

    private static List<String> with(List<String> always, List<String> more) {
        List<String> all = new ArrayList<>(always);
        all.addAll(more);
        return all;
    }

    String service() {
        return failures.service();
    }

    HttpFailures failures() {
        return failures;
    }

    PassedOver passedOver() {
        return passedOver;
    }

    TransportSettings settings() {
        return settings;
    }

    void later(Duration pause, Runnable action) {
        timers.schedule(pause, action);
    }

    /** Runs it once the server, if it has ended, is known to have: at once where nobody here would know. */
    void afterLastWords(Runnable action) {
        if (lastWords.isZero()) {
            action.run();
        } else {
            later(lastWords, action);
        }
    }

    synchronized boolean isSession(String id) {
        return id.equals(session);
    }

    /** Asks for the rest of a response stream. */
    Exchange resume(String lastEventId, HttpExchanger.Listener listener) {
        List<String> headers;
        synchronized (this) {
            headers = new ArrayList<>(headers("text/event-stream", false));
        }
        headers.add("Last-Event-ID");
        headers.add(lastEventId);
        return http.send(new HttpExchanger.Call("GET", url, headers, null), listener);
    }

    int maxMessageBytes() {
        return settings.maxMessageBytes();
    }

    /** Whether a JSON-RPC error with a status that is no success is handed on; if not, it is a failure. */
    boolean relaysRefusals() {
        return refusals == Refusals.RELAYED || hasSession();
    }

    /** Whether the server has handed out a session that it can forget. */
    synchronized boolean hasSession() {
        return session != null;
    }

    /** Remembers the session that the server handed out with its answer to {@code initialize}. */
    synchronized void sessionIs(String id) {
        session = id;
        postHeaders = headers("application/json, text/event-stream", true);
    }

    /** The server no longer knows the session: there is nothing left to end. */
    synchronized void sessionLost() {
        session = null;
    }

    @Override
    public synchronized void protocolVersion(String date) {
        version = date;
        postHeaders = headers("application/json, text/event-stream", true);
    }

    @Override
    public void listen() {
        listen(() -> {});
    }

    @Override
    public void listen(Runnable answered) {
        List<String> headers;
        synchronized (this) {
            headers = headers("text/event-stream", false);
        }
        standing.open(headers, answered);
    }

    @Override
    public void close() {
        List<String> headers;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            headers = session == null ? null : headers("application/json", false);
        }
        standing.close();
        if (headers != null) {
            http.send(new HttpExchanger.Call("DELETE", url, headers, null), Ignored.INSTANCE);
        }
    }
}
