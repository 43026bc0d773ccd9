package io.forgemcp.server.http;

import io.forgemcp.gateway.endpoint.EventStream;
import io.forgemcp.gateway.endpoint.McpRequest;
import io.forgemcp.gateway.endpoint.McpResponder;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.ReadyAnswer;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.server.logging.LoggingConfigurator;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP exchange, seen from the gateway as request and responder and from Jetty as the callback that ends it: one object
 * a request. The answer may come from any thread.
 */
final class JettyExchange
        implements McpRequest, McpResponder, Callback, Predicate<TimeoutException>, UnreadAnswers.Reader {
    private static final HttpField JSON = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/json");
    private static final HttpField EVENTS = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "text/event-stream");
    private static final HttpField NO_STORE = new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store");
    private static final HttpField UNBUFFERED = new PreEncodedHttpField("X-Accel-Buffering", "no");
    private static final Logger ACCESS = LoggerFactory.getLogger(LoggingConfigurator.ACCESS);
    private static final Runnable GONE = () -> {};
    private static final Runnable OVER = () -> {};
    private static final byte[] EMPTY = {};
    /** Bytes from which on copying costs more than writing the end of an answer separately. */
    private static final int WORTH_SHARING = 32 * 1024;

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final Connections connections;
    private final Route route;
    private final String variable;
    private final String requestId;
    private final AtomicBoolean answered = new AtomicBoolean();
    /** Null at first, then the action, then GONE or OVER. */
    private final AtomicReference<@Nullable Runnable> disconnect = new AtomicReference<>();

    private Caller caller = Caller.LOCAL;
    private byte[] body = EMPTY;
    private volatile long bodyMemory;
    private volatile boolean wholeAnswerBegun;
    private volatile boolean large;
    private volatile @Nullable SseStream stream;
    private @Nullable Fields query;

    JettyExchange(
            Request request,
            Response response,
            Callback callback,
            Connections connections,
            Route route,
            String variable,
            String requestId) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.connections = connections;
        this.route = route;
        this.variable = variable;
        this.requestId = requestId;
    }

    Route route() {
        return route;
    }

    String variable() {
        return variable;
    }

    Request request() {
        return request;
    }

    void caller(Caller known) {
        caller = known;
    }

    /** Takes memory for more of the body; false if there is none, because so many other bodies are under way. */
    boolean hasRoomFor(long bytes) {
        boolean room = connections.bodies().take(bytes);
        if (room) {
            bodyMemory += bytes;
        }
        return room;
    }

    void body(byte[] whole) {
        body = whole;
    }

    @Override
    public Verb verb() {
        return switch (route.verb()) {
            case POST -> Verb.POST;
            case DELETE -> Verb.DELETE;
            default -> Verb.GET;
        };
    }

    @Override
    public @Nullable String virtualServer() {
        return variable.isEmpty() ? null : variable;
    }

    @Override
    public @Nullable String header(String name) {
        return request.getHeaders().get(name);
    }

    @Override
    public @Nullable String repeatedHeader() {
        return RepeatedHeaders.find(request.getHeaders());
    }

    @Override
    public @Nullable String query(String name) {
        Fields.Field field = request.getHttpURI().getQuery() == null ? null : query().get(name);
        if (field != null && field.hasMultipleValues()) {
            throw new GatewayException(
                    ErrorCode.INVALID_REQUEST,
                    "The query of the URL has \"" + name + "\" more than once. Send it once, with one value.");
        }
        return field == null ? null : field.getValue();
    }

    /** All query parameters; null if there is no query. */
    @Nullable
    Fields parameters() {
        return request.getHttpURI().getQuery() == null ? null : query();
    }

    private Fields query() {
        Fields fields = query;
        if (fields == null) {
            try {
                fields = Request.extractQueryParameters(request);
            } catch (RuntimeException unreadable) {
                throw new GatewayException(
                        ErrorCode.INVALID_PARAMS,
                        "The query of the URL cannot be read. Write what is no letter or digit in it as %XX of its UTF-8.",
                        unreadable);
            }
            query = fields;
        }
        return fields;
    }

    @Override
    public String path() {
        return Objects.requireNonNullElse(request.getHttpURI().getPath(), "/");
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
    public void answer(int status, byte @Nullable [] json, String... headers) {
        claim();
        if (json != null) {
            response.getHeaders().put(JSON);
        }
        write(status, json, this, headers);
    }

    @Override
    public void answer(ReadyAnswer ready, RequestId id) {
        byte[] shared = ready.shared();
        if (shared.length < WORTH_SHARING) {
            answer(200, ready.whole(id));
            return;
        }
        claim();
        byte[] end = ready.end(id);
        HttpFields.Mutable fields = response.getHeaders();
        fields.put(JSON);
        fields.put(HttpHeader.CONTENT_LENGTH, shared.length + end.length);
        response.setStatus(200);
        wholeAnswerBegun = true;
        large = true;
        connections.unread().leaves(this, shared.length);
        new PieceWriter(response, shared, end, this).iterate();
    }

    void answer(RestAnswer answer) {
        claim();
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
        response.getHeaders().put(NO_STORE);
        write(answer.status(), answer.body(), this, answer.headers().toArray(new String[0]));
    }

    /** Refuses or reports, in the shape that the route's clients expect. */
    void fail(GatewayException failure, String... headers) {
        answer(failure.code().httpStatus(), error(failure), headers);
    }

    private byte[] error(GatewayException failure) {
        return route.action() instanceof Route.Action.Mcp
                ? ErrorBody.rpc(failure, requestId)
                : ErrorBody.rest(failure, requestId);
    }

    /** Refuses before the body has been read; the connection is not used again. */
    void refuse(GatewayException reason) {
        boolean sending = (reason.code() == ErrorCode.BODY_TOO_LARGE
                        || reason.code() == ErrorCode.SERVICE_UNAVAILABLE
                        || reason.code() == ErrorCode.INVALID_PARAMS)
                && !request.getHeaders().contains(HttpHeader.EXPECT);
        claim();
        response.getHeaders().put(JSON);
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        write(reason.code().httpStatus(), error(reason), sending ? new Drain(request, this) : this);
    }

    /** As {@link #fail}, unless the exchange has been answered already. */
    void failIfOpen(GatewayException failure, String... headers) {
        if (!answered.get()) {
            fail(failure, headers);
        }
    }

    private void write(int status, byte @Nullable [] content, Callback written, String... headers) {
        response.setStatus(status);
        HttpFields.Mutable fields = response.getHeaders();
        put(fields, headers);
        wholeAnswerBegun = true;
        if (content == null) {
            response.write(true, BufferUtil.EMPTY_BUFFER, written);
        } else {
            fields.put(HttpHeader.CONTENT_LENGTH, content.length);
            if (content.length <= PieceWriter.PIECE) {
                response.write(true, ByteBuffer.wrap(content), written);
            } else {
                large = true;
                connections.unread().leaves(this, content.length);
                new PieceWriter(response, content, written).iterate();
            }
        }
    }

    @Override
    public EventStream stream(String... headers) {
        claim();
        response.setStatus(200);
        HttpFields.Mutable fields = response.getHeaders();
        fields.put(EVENTS);
        fields.put(NO_STORE);
        fields.put(UNBUFFERED);
        put(fields, headers);
        SseStream opened =
                new SseStream(response, this, connections.maxWaitingBytes(), connections.unread(), this::cut);
        stream = opened;
        connections.keepAlive().add(opened);
        if (route.verb() == Route.Verb.GET || "close".equals(fields.get(HttpHeader.CONNECTION))) {
            // Such a stream is the last thing on its connection, which is why the connection may be watched.
            fields.put(HttpHeader.CONNECTION, "close");
            if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1) {
                // Without chunks a client could not tell the end of the stream from a broken connection.
                fields.put(HttpHeader.TRANSFER_ENCODING, "chunked");
            }
            opened.begin();
            GoneWatch.start(endPoint(), opened, connections.timers());
        } else {
            opened.begin();
        }
        return opened;
    }

    @Override
    public void onDisconnect(Runnable action) {
        if (!disconnect.compareAndSet(null, action) && disconnect.get() == GONE) {
            action.run();
        }
    }

    private static void put(HttpFields.Mutable fields, String... headers) {
        for (int i = 0; i + 1 < headers.length; i += 2) {
            fields.put(headers[i], headers[i + 1]);
        }
    }

    private void claim() {
        if (!answered.compareAndSet(false, true)) {
            throw new IllegalStateException("The request " + requestId + " has been answered already");
        }
    }

    /** Breaks the connection under a client that does not read. */
    @Override
    public void cut() {
        endPoint().close();
    }

    private EndPoint endPoint() {
        return request.getConnectionMetaData().getConnection().getEndPoint();
    }

    /** Jetty asks whether a silent connection is to be given up: only if a client does not take its whole answer. */
    @Override
    public boolean test(TimeoutException idle) {
        return wholeAnswerBegun;
    }

    @Override
    public InvocationType getInvocationType() {
        return Invocable.InvocationType.NON_BLOCKING;
    }

    @Override
    public void succeeded() {
        disconnect.set(OVER);
        release("done");
        callback.succeeded();
    }

    @Override
    public void failed(Throwable cause) {
        release("broken");
        callback.failed(cause);
        Runnable action = disconnect.getAndSet(GONE);
        if (action != null) {
            action.run();
        }
    }

    private void release(String end) {
        if (ACCESS.isInfoEnabled()) {
            ACCESS.info(
                    "request method={} path={} status={} end={} micros={} id={}",
                    request.getMethod(),
                    path(),
                    response.getStatus(),
                    end,
                    (System.nanoTime() - request.getBeginNanoTime()) / 1000,
                    requestId);
        }
        if (bodyMemory > 0) {
            connections.bodies().giveBack(bodyMemory);
        }
        if (large) {
            connections.unread().leaves(this, 0);
        }
        SseStream open = stream;
        if (open != null) {
            connections.keepAlive().remove(open);
        }
        connections.ended();
    }
}
