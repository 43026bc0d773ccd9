package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.inprocess.InProcessServer;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** A server of the generation with sessions, on the test's own thread, that keeps what it hears. */
final class ScriptedServer implements InProcessServer {
    private static final String GREETING = "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":%s,"
            + "\"serverInfo\":{\"name\":\"script\",\"version\":\"1\"}}";

    volatile String capabilities =
            "{\"tools\":{\"listChanged\":true},\"prompts\":{},\"resources\":{},\"completions\":{},\"logging\":{}}";
    volatile String tools = "{\"name\":\"tool\"}";
    final List<Message> received = new CopyOnWriteArrayList<>();
    final List<String> greetings = new CopyOnWriteArrayList<>();
    /** What a method does; the way back takes whole messages. */
    final Map<String, BiConsumer<Message, Consumer<Message>>> methods = new ConcurrentHashMap<>();

    private final List<Consumer<Message>> clients = new CopyOnWriteArrayList<>();

    /** Answers calls of the method with this result. */
    ScriptedServer answer(String method, String result) {
        methods.put(method, (message, way) -> way.accept(result(message.requireId(), result)));
        return this;
    }

    static Message result(RequestId id, String result) {
        return Message.parse(Messages.result(id, result.getBytes(StandardCharsets.UTF_8)));
    }

    static Message error(RequestId id, String error) {
        return Message.parse(
                ("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"error\":" + error + "}").getBytes(StandardCharsets.UTF_8));
    }

    static Message request(String id, String method, String params) {
        return Messages.request(new RequestId(id), method, params.getBytes(StandardCharsets.UTF_8));
    }

    void say(String method, String params) {
        clients.forEach(
                client -> client.accept(Messages.notification(method, params.getBytes(StandardCharsets.UTF_8))));
    }

    /** The messages with this method, or the answers if it is null. */
    List<Message> heard(String method) {
        List<Message> found = new ArrayList<>();
        for (Message message : received) {
            if (message.isAnswer() ? method == null : message.method().equals(method)) {
                found.add(message);
            }
        }
        return found;
    }

    @Override
    public Conversation open(Consumer<Message> toClient) {
        clients.add(toClient);
        return new Conversation() {
            @Override
            public void receive(Message message) {
                hear(message, toClient);
            }

            @Override
            public void close() {
                clients.remove(toClient);
            }
        };
    }

    private void hear(Message message, Consumer<Message> way) {
        received.add(message);
        if (!message.isRequest()) {
            return;
        }
        BiConsumer<Message, Consumer<Message>> method = methods.get(message.method());
        if (method != null) {
            method.accept(message, way);
            return;
        }
        RequestId id = message.requireId();
        switch (message.method()) {
            case "initialize" -> {
                greetings.add(message.get(Field.PARAMS).toString());
                way.accept(result(id, GREETING.formatted(capabilities)));
            }
            case "tools/list" -> way.accept(result(id, "{\"tools\":[" + tools + "]}"));
            case "prompts/list" -> way.accept(result(id, "{\"prompts\":[{\"name\":\"hello\"}]}"));
            case "resources/list" -> way.accept(result(id, "{\"resources\":[{\"uri\":\"test://a\",\"name\":\"a\"}]}"));
            case "resources/templates/list" ->
                way.accept(result(id, "{\"resourceTemplates\":[{\"uriTemplate\":\"test://t/{x}\",\"name\":\"t\"}]}"));
            default -> way.accept(error(id, "{\"code\":-32601,\"message\":\"no " + message.method() + "\"}"));
        }
    }
}
