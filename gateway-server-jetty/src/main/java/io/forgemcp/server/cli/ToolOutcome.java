package io.forgemcp.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;

/**
 * The result of a tool call as a person wants to read it: the text of its content, a line for what is not text.
 *
 * @param result the {@code result} of {@code tools/call}
 */
record ToolOutcome(JsonNode result) {
    boolean failed() {
        return result.path("isError").asBoolean(false);
    }

    void print(PrintStream out) {
        JsonNode content = result.path("content");
        for (JsonNode block : content) {
            out.println(text(block));
        }
        if (content.isEmpty() && result.has("structuredContent")) {
            out.println(result.get("structuredContent").toPrettyString());
        }
    }

    private static String text(JsonNode block) {
        String type = block.path("type").asText("unknown");
        return switch (type) {
            case "text" -> block.path("text").asText();
            case "resource" ->
                block.at("/resource/text")
                        .asText("[resource " + block.at("/resource/uri").asText() + "]");
            case "resource_link" -> "[resource " + block.path("uri").asText() + "]";
            default ->
                "[" + type + " " + block.path("mimeType").asText("") + ", "
                        + block.path("data").asText().length() + " characters of base64]";
        };
    }
}
