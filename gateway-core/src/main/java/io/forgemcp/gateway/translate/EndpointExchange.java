package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.endpoint.EventStream;
import io.forgemcp.gateway.endpoint.McpRequest;
import io.forgemcp.gateway.endpoint.McpResponder;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request to an endpoint in this process, and what comes back for it. Thread-safe. */
final class EndpointExchange implements McpRequest, McpResponder, EventStream, UpstreamChannel.Exchange {
    static final UpstreamChannel.Receiver UNHEARD = new UpstreamChannel.Receiver() {
        @Override
        public void onMessage(Message message) {}

        @Override
        public void onEnd() {}

        @Override
        public void onFailure(GatewayException failure) {}
    };

    private static final Runnable OVER = () -> {};
    private static final Runnable GONE = () -> {};

    private final Verb verb;
    private final @Nullable String virtualServer;
    private final List<String> headers;
    private final byte[] body;
    private final UpstreamChannel.Receiver receiver;
    private final AtomicReference<@Nullable Runnable> disconnect = new AtomicReference<>();
    private Consumer<String> onSession = id -> {};

    /** @param headers names and values in turn */
    EndpointExchange(
            Verb verb,
            @Nullable String virtualServer,
            List<String> headers,
            byte[] body,
            UpstreamChannel.Receiver receiver) {
        this.verb = verb;
        this.virtualServer = virtualServer;
        this.headers = List.copyOf(headers);
        this.body = body;
        this.receiver = receiver;
    }

    /** Told the id of the session that the answer begins, before the answer itself. */
    void onSession(Consumer<String> action) {
        onSession = action;
    }

    @Override
    public Verb verb() {
        return verb;
    }

    @Override
    public @Nullable String virtualServer() {
        return virtualServer;
    }

    @Override
    public @Nullable String header(String name) {
        for (int i = 0; i < headers.size(); i += 2) {
            if (headers.get(i).equalsIgnoreCase(name)) {
                return headers.get(i + 1);
            }
        }
        return null;
    }

    @Override
    public @Nullable String repeatedHeader() {
        return null;
    }

    @Override
    public @Nullable String query(String name) {
        return null;
    }

    @Override
    public String path() {
        return virtualServer == null ? "/mcp" : "/servers/" + virtualServer + "/mcp";
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
    public void answer(int status, byte @Nullable [] json, String... pairs) {
        if (disconnect.getAndSet(OVER) == GONE) {
            return;
        }
        session(pairs);
        if (status == 404 && header(EndpointChannel.SESSION) != null && !isUnknownMethod(json)) {
            receiver.onFailure(new GatewayException(
                    ErrorCode.SESSION_NOT_FOUND, "The gateway no longer knows the session of this process."));
            return;
        }
        if (json != null && json.length > 0) {
            receiver.onMessage(answered(Message.parse(json)));
        }
        receiver.onEnd();
    }

    /** Modern requests are refused like that too, whatever session they name (MCP 2026-07-28, Streamable HTTP). */
    private static boolean isUnknownMethod(byte @Nullable [] json) {
        return json != null
                && json.length > 0
                && "-32601".equals(Message.parse(json).errorCode());
    }

    /** A refusal that was made before the request was read carries no id. */
    private Message answered(Message answer) {
        JsonSlice error = answer.id() == null ? answer.get(Message.Field.ERROR) : null;
        JsonSlice id =
                error == null || verb != Verb.POST ? null : Message.parse(body).get(Message.Field.ID);
        return id == null ? answer : Message.parse(answer.with(Message.Field.ID, id.toBytes()));
    }

    private void session(String... pairs) {
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i].equalsIgnoreCase(EndpointChannel.SESSION)) {
                onSession.accept(pairs[i + 1]);
            }
        }
    }

    @Override
    public EventStream stream(String... pairs) {
        session(pairs);
        return this;
    }

    @Override
    public void onDisconnect(Runnable action) {
        if (!disconnect.compareAndSet(null, action) && disconnect.get() == GONE) {
            action.run();
        }
    }

    /** The client is not interested any more, as if it had closed its connection. */
    @Override
    public void cancel() {
        Runnable action = disconnect.getAndUpdate(now -> now == OVER ? OVER : GONE);
        if (action != null && action != OVER && action != GONE) {
            action.run();
        }
    }

    @Override
    public void event(@Nullable String event, byte[] data) {
        if (disconnect.get() != GONE && data.length > 0) {
            receiver.onMessage(Message.parse(data));
        }
    }

    @Override
    public void comment(String text) {}

    @Override
    public void close() {
        if (disconnect.getAndSet(OVER) != GONE) {
            receiver.onEnd();
        }
    }
}
