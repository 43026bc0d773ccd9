package io.forgemcp.gateway.inprocess;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Speaks MCP with a server inside the test and keeps what comes back. */
final class RecordingClient implements AutoCloseable {
    private final BlockingQueue<JsonNode> received = new LinkedBlockingQueue<>();
    private final InProcessServer.Conversation conversation;
    private int nextId;

    RecordingClient(InProcessServer server) {
        conversation = server.open(message -> received.add(Json.read(JsonSlice.parse(message.bytes()))));
    }

    void send(String json) {
        conversation.receive(Message.parse(json.getBytes(StandardCharsets.UTF_8)));
    }

    JsonNode next() {
        try {
            JsonNode message = received.poll(10, TimeUnit.SECONDS);
            assertThat(message).as("a message from the server").isNotNull();
            return message;
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    boolean hasNothing() {
        return received.isEmpty();
    }

    JsonNode ask(String method, String params) {
        send("{\"jsonrpc\":\"2.0\",\"id\":" + ++nextId + ",\"method\":\"" + method + "\",\"params\":" + params + "}");
        JsonNode answer = next();
        assertThat(answer.path("id").asInt()).isEqualTo(nextId);
        return answer;
    }

    JsonNode result(String method, String params) {
        JsonNode answer = ask(method, params);
        assertThat(answer.has("result")).as(answer.toString()).isTrue();
        return answer.get("result");
    }

    JsonNode call(String tool, String arguments) {
        return result("tools/call", "{\"name\":\"" + tool + "\",\"arguments\":" + arguments + "}");
    }

    String text(String tool, String arguments) {
        JsonNode result = call(tool, arguments);
        assertThat(result.path("isError").asBoolean()).as(result.toString()).isFalse();
        return result.path("content").path(0).path("text").asText();
    }

    String failure(String tool, String arguments) {
        JsonNode result = call(tool, arguments);
        assertThat(result.path("isError").asBoolean()).as(result.toString()).isTrue();
        return result.path("content").path(0).path("text").asText();
    }

    @Override
    public void close() {
        conversation.close();
    }
}
