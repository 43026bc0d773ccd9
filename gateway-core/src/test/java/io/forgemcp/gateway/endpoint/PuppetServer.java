package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.inprocess.InProcessServer;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A server inside the process that answers the handshake and lists, and otherwise says what the test makes it say, on
 * the test's own thread.
 */
final class PuppetServer implements InProcessServer {
    /** One conversation. */
    final class Talk implements Conversation {
        final List<Message> received = new CopyOnWriteArrayList<>();
        private final Consumer<Message> toClient;
        volatile boolean closed;

        private Talk(Consumer<Message> toClient) {
            this.toClient = toClient;
        }

        @Override
        public void receive(Message message) {
            received.add(message);
            if (!message.isRequest() || silent) {
                return;
            }
            handle(message);
        }

        private void handle(Message message) {
            String result = switch (message.method()) {
                case "initialize" ->
                    "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":" + capabilities
                            + ",\"serverInfo\":{\"name\":\"puppet\",\"version\":\"1\"}}";
                case "tools/list" -> "{\"tools\":[{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\"}}]}";
                case "prompts/list" -> "{\"prompts\":[{\"name\":\"p\"}]}";
                case "resources/list" -> "{\"resources\":" + resources + "}";
                case "resources/templates/list" -> "{\"resourceTemplates\":" + templates + "}";
                case "logging/setLevel", "resources/subscribe", "resources/unsubscribe" -> "{}";
                default -> null;
            };
            if (result != null) {
                answer(message, result);
            }
        }

        @Override
        public void close() {
            closed = true;
        }

        void say(String json) {
            toClient.accept(Message.parse(json.getBytes(StandardCharsets.UTF_8)));
        }

        void answer(Message request, String result) {
            say("{\"jsonrpc\":\"2.0\",\"id\":" + request.get(Field.ID) + ",\"result\":" + result + "}");
        }

        /** The last request with this method. */
        Message last(String method) {
            Message found = null;
            for (Message message : received) {
                if (message.isRequest() && message.method().equals(method)) {
                    found = message;
                }
            }
            if (found == null) {
                throw new AssertionError("No " + method + " among " + received);
            }
            return found;
        }

        /** All requests with this method, in their order. */
        List<Message> all(String method) {
            return received.stream()
                    .filter(message -> message.isRequest() && message.method().equals(method))
                    .toList();
        }

        /** What was received, method and parameters, without requests for lists and the handshake. */
        List<String> heard() {
            return received.stream()
                    .filter(message -> !message.isAnswer())
                    .filter(message -> !message.method().endsWith("/list")
                            && !message.method().startsWith("initialize")
                            && !message.method().equals("notifications/initialized"))
                    .map(message -> message.method() + " " + message.get(Field.PARAMS))
                    .toList();
        }

        /** The answers that the client gave, whole. */
        List<String> answers() {
            return received.stream()
                    .filter(Message::isAnswer)
                    .map(message -> new String(message.bytes(), StandardCharsets.UTF_8))
                    .toList();
        }
    }

    final List<Talk> talks = new CopyOnWriteArrayList<>();
    volatile String capabilities = "{\"tools\":{},\"prompts\":{},\"resources\":{}}";
    volatile boolean silent;
    volatile String resources = "[]";
    volatile String templates = "[]";

    @Override
    public Conversation open(Consumer<Message> toClient) {
        Talk talk = new Talk(toClient);
        talks.add(talk);
        return talk;
    }

    /** Answers what was left unanswered while the server was silent. */
    void speakUp() {
        silent = false;
        for (Talk talk : talks) {
            talk.received.stream().filter(Message::isRequest).forEach(talk::handle);
        }
    }

    /** The newest conversation. */
    Talk talk() {
        return talks.get(talks.size() - 1);
    }
}
