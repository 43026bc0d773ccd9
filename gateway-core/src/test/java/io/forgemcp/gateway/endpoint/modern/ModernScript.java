package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.RequestId;
import io.forgemcp.gateway.transport.ChannelListener;
import io.forgemcp.gateway.transport.InstanceAddress;
import io.forgemcp.gateway.transport.Outgoing;
import io.forgemcp.gateway.transport.UpstreamChannel;
import io.forgemcp.gateway.transport.UpstreamTransport;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A server without sessions behind a transport of its own, on the test's own thread, that keeps what it hears. */
public final class ModernScript implements UpstreamTransport {
    private static final String DISCOVERED = "{\"resultType\":\"complete\",\"supportedVersions\":[\"2026-07-28\"],"
            + "\"capabilities\":%s,\"serverInfo\":{\"name\":\"m\",\"version\":\"1\"},\"ttlMs\":0,"
            + "\"cacheScope\":\"private\"}";

    private final String host;
    public volatile String capabilities = "{\"tools\":{},\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}";
    public final List<Message> received = new CopyOnWriteArrayList<>();
    public final List<List<String>> headers = new CopyOnWriteArrayList<>();
    /** What a method is answered with: the members {@code result} or {@code error}; "" for no answer. */
    public final Map<String, Function<Message, String>> methods = new ConcurrentHashMap<>();

    /** @param host of the addresses at which it is found */
    public ModernScript(String host) {
        this.host = host;
        methods.put("server/discover", message -> "\"result\":" + DISCOVERED.formatted(capabilities));
        result(
                "tools/list",
                "{\"resultType\":\"complete\",\"ttlMs\":0,\"cacheScope\":\"private\","
                        + "\"tools\":[{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\"}}]}");
    }

    public ModernScript result(String method, String result) {
        methods.put(method, message -> "\"result\":" + result);
        return this;
    }

    /** The last message with this method. */
    public Message last(String method) {
        Message found = null;
        for (Message message : received) {
            found = message.method().equals(method) ? message : found;
        }
        return found;
    }

    /** The headers of the last message. */
    public List<String> lastHeaders() {
        return headers.get(headers.size() - 1);
    }

    @Override
    public boolean supports(InstanceAddress address) {
        return address instanceof InstanceAddress.Http http
                && host.equals(http.url().getHost());
    }

    @Override
    public CompletionStage<UpstreamChannel> open(String service, InstanceAddress address, ChannelListener listener) {
        return CompletableFuture.completedFuture(new UpstreamChannel() {
            @Override
            public Exchange send(Outgoing outgoing, Receiver receiver) {
                hear(outgoing, receiver);
                return Exchange.NONE;
            }

            @Override
            public void close() {
                // Nothing is kept for a conversation.
            }
        });
    }

    private void hear(Outgoing outgoing, UpstreamChannel.Receiver receiver) {
        Message message = Message.parse(outgoing.json());
        received.add(message);
        headers.add(outgoing.headers());
        if (!outgoing.request()) {
            receiver.onEnd();
            return;
        }
        Function<Message, String> method = methods.getOrDefault(
                message.method(), unknown -> "\"error\":{\"code\":-32601,\"message\":\"unknown\"}");
        String answer = method.apply(message);
        if (!answer.isEmpty()) {
            RequestId id = message.requireId();
            receiver.onMessage(Message.parse(
                    ("{\"jsonrpc\":\"2.0\",\"id\":" + id + "," + answer + "}").getBytes(StandardCharsets.UTF_8)));
            receiver.onEnd();
        }
    }
}
