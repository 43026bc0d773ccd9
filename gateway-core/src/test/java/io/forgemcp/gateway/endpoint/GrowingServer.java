package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.inprocess.InProcessServer;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** A server whose tool {@code t} switches one more on, and off again, in the conversation in which it is called. */
public final class GrowingServer implements InProcessServer {
    static final String CHANGED = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}";

    @Override
    public Conversation open(Consumer<Message> toClient) {
        return new Growing(toClient);
    }

    private static final class Growing implements Conversation {
        private final Consumer<Message> toClient;
        private boolean grown;

        private Growing(Consumer<Message> toClient) {
            this.toClient = toClient;
        }

        @Override
        public void receive(Message message) {
            if (message.isRequest()) {
                byte[] result = result(message).getBytes(StandardCharsets.UTF_8);
                toClient.accept(Message.parse(Messages.result(message.requireId(), result)));
            }
        }

        private String result(Message message) {
            return switch (message.method()) {
                case "initialize" ->
                    "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{\"listChanged\":true}},"
                            + "\"serverInfo\":{\"name\":\"growing\",\"version\":\"1\"}}";
                case "tools/list" -> "{\"tools\":[{\"name\":\"t\"}" + (grown ? ",{\"name\":\"more\"}" : "") + "]}";
                case "tools/call" -> call(message.text(Field.NAME));
                default -> "{}";
            };
        }

        private String call(String tool) {
            if (tool.equals("t")) {
                grown = !grown;
                toClient.accept(Message.parse(CHANGED.getBytes(StandardCharsets.UTF_8)));
            }
            return "{\"content\":[{\"type\":\"text\",\"text\":\"" + tool + (grown ? " grown" : " as ever") + "\"}]}";
        }

        @Override
        public void close() {}
    }
}
