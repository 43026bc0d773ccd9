package io.forgemcp.gateway.translate;

import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.endpoint.McpRequest.Verb;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.transport.ChannelListener;
import io.forgemcp.gateway.transport.Outgoing;
import io.forgemcp.gateway.transport.UpstreamChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A conversation with an endpoint in this process: a POST for each message, a GET for what comes unasked. */
final class EndpointChannel implements UpstreamChannel {
    static final String SESSION = "Mcp-Session-Id";
    private static final byte[] NOTHING = {};

    private final McpEndpoint endpoint;
    private final @Nullable String virtualServer;
    private final ChannelListener listener;
    private volatile @Nullable String session;
    private volatile @Nullable String version;
    private volatile @Nullable EndpointExchange standing;

    EndpointChannel(McpEndpoint endpoint, @Nullable String virtualServer, ChannelListener listener) {
        this.endpoint = endpoint;
        this.virtualServer = virtualServer;
        this.listener = listener;
    }

    @Override
    public Exchange send(Outgoing message, Receiver receiver) {
        boolean begins =
                "initialize".equals(message.method()) && message.headers().isEmpty();
        EndpointExchange exchange =
                new EndpointExchange(Verb.POST, virtualServer, headers(message.headers()), message.json(), receiver);
        if (begins) {
            exchange.onSession(id -> session = id);
        }
        endpoint.handle(exchange, exchange);
        return exchange;
    }

    private List<String> headers(List<String> more) {
        List<String> headers = new ArrayList<>(more);
        headers.addAll(List.of("Accept", "application/json, text/event-stream", "Content-Type", "application/json"));
        // A message that stands for itself belongs to no session.
        if (more.isEmpty()) {
            add(headers, SESSION, session);
            add(headers, "MCP-Protocol-Version", version);
        }
        return headers;
    }

    private static void add(List<String> headers, String name, @Nullable String value) {
        if (value != null) {
            headers.addAll(List.of(name, value));
        }
    }

    @Override
    public void listen() {
        EndpointExchange opened =
                new EndpointExchange(Verb.GET, virtualServer, headers(List.of()), NOTHING, new Unasked(listener));
        standing = opened;
        endpoint.handle(opened, opened);
    }

    @Override
    public void protocolVersion(String date) {
        version = date;
    }

    @Override
    public void close() {
        EndpointExchange open = standing;
        if (open != null) {
            open.cancel();
        }
        if (session != null) {
            EndpointExchange end = new EndpointExchange(
                    Verb.DELETE, virtualServer, headers(List.of()), NOTHING, EndpointExchange.UNHEARD);
            session = null;
            endpoint.handle(end, end);
        }
    }

    /** What comes on the standing stream. */
    private record Unasked(ChannelListener listener) implements Receiver {
        @Override
        public void onMessage(Message message) {
            listener.onMessage(message);
        }

        @Override
        public void onEnd() {}

        @Override
        public void onFailure(GatewayException none) {}
    }
}
