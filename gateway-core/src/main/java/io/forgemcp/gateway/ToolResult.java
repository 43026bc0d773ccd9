package io.forgemcp.gateway;

import io.forgemcp.gateway.protocol.JsonSlice;

/**
 * What a tool answered (MCP 2025-11-25, Tools).
 *
 * @param json the whole result as the server sent it
 * @param isError whether the tool says that it failed
 */
public record ToolResult(JsonSlice json, boolean isError) {
    /** All text parts of the content, joined by line breaks. */
    public String text() {
        StringBuilder text = new StringBuilder();
        JsonSlice content = json.member("content");
        if (content != null) {
            for (JsonSlice part : content.elements()) {
                String piece = "text".equals(part.textMember("type")) ? part.textMember("text") : null;
                if (piece != null) {
                    text.append(text.length() == 0 ? "" : "\n").append(piece);
                }
            }
        }
        return text.toString();
    }
}
