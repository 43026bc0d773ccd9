package io.forgemcp.toolbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forgemcp.gateway.inprocess.InProcessServer;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.protocol.RequestId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Calls the tools of one server inside a test; thread-safe. */
final class ToolClient {
    static final ObjectMapper MAPPER = new ObjectMapper();

    private final Map<String, CompletableFuture<JsonNode>> waiting = new java.util.concurrent.ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final InProcessServer.Conversation conversation;

    ToolClient(InProcessServer server) {
        conversation = server.open(message -> {
            try {
                JsonNode json = MAPPER.readTree(message.bytes());
                CompletableFuture<JsonNode> future =
                        waiting.remove(json.path("id").asText());
                if (future != null) {
                    future.complete(json);
                }
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        });
    }

    JsonNode ask(String method, @Nullable Object params) {
        long id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(Long.toString(id), answer);
        try {
            conversation.receive(Messages.request(
                    RequestId.of(id), method, params == null ? null : MAPPER.writeValueAsBytes(params)));
            return answer.get(20, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    /** Calls a tool with names and values in turn. */
    JsonNode call(String tool, Object... arguments) {
        Map<String, Object> map = new HashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            map.put((String) arguments[i], arguments[i + 1]);
        }
        JsonNode answer = ask("tools/call", Map.of("name", tool, "arguments", map));
        assertThat(answer.has("result")).as(answer.toString()).isTrue();
        return answer.get("result");
    }

    /** The text of a call that succeeds. */
    String text(String tool, Object... arguments) {
        JsonNode result = call(tool, arguments);
        assertThat(result.path("isError").asBoolean()).as(result.toString()).isFalse();
        return result.at("/content/0/text").asText();
    }

    /** The structured content of a call that succeeds. */
    JsonNode json(String tool, Object... arguments) {
        JsonNode result = call(tool, arguments);
        assertThat(result.path("isError").asBoolean()).as(result.toString()).isFalse();
        return result.path("structuredContent");
    }

    /** The text of a call that fails. */
    String failure(String tool, Object... arguments) {
        JsonNode result = call(tool, arguments);
        assertThat(result.path("isError").asBoolean()).as(result.toString()).isTrue();
        return result.at("/content/0/text").asText();
    }
}
