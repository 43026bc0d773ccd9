package io.forgemcp.gateway.inprocess;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;

/** What a tool answers: content blocks, perhaps with a structured value (MCP 2025-11-25, Tools). Immutable. */
public final class ToolResponse {
    private final ObjectNode json;

    private ToolResponse(ObjectNode json) {
        this.json = json;
    }

    /** One text. */
    public static ToolResponse text(String text) {
        return new ToolResponse(empty()).andText(text);
    }

    /** A failure that the model can read and act on. */
    public static ToolResponse error(String text) {
        ToolResponse response = text(text);
        response.json.put("isError", true);
        return response;
    }

    /**
     * A value that Jackson can write: as structured content if it is an object, and as text for clients that know only
     * that.
     */
    public static ToolResponse json(Object value) {
        JsonNode tree = Json.MAPPER.valueToTree(value);
        ToolResponse response = text(tree.isTextual() ? tree.textValue() : tree.toPrettyString());
        if (tree.isObject()) {
            response.json.set("structuredContent", tree);
        }
        return response;
    }

    /** One image. */
    public static ToolResponse image(byte[] bytes, String mimeType) {
        return new ToolResponse(empty()).andImage(bytes, mimeType);
    }

    private static ObjectNode empty() {
        ObjectNode json = Json.object();
        json.putArray("content");
        return json;
    }

    /** The same with one more text. */
    public ToolResponse andText(String text) {
        return and(Json.object().put("type", "text").put("text", text));
    }

    /** The same with an image. */
    public ToolResponse andImage(byte[] bytes, String mimeType) {
        return and(Json.object()
                .put("type", "image")
                .put("data", Base64.getEncoder().encodeToString(bytes))
                .put("mimeType", mimeType));
    }

    /** The same with a link to a resource. */
    public ToolResponse andLink(String uri, String name) {
        return and(Json.object().put("type", "resource_link").put("uri", uri).put("name", name));
    }

    /** The same with any other content block. */
    public ToolResponse and(ObjectNode block) {
        ObjectNode copy = json.deepCopy();
        ((ArrayNode) copy.get("content")).add(block);
        return new ToolResponse(copy);
    }

    /** Whether it reports a failure. */
    public boolean isError() {
        return json.path("isError").asBoolean();
    }

    /** A copy of the result object as it goes over the wire. */
    public ObjectNode toJson() {
        return json.deepCopy();
    }

    byte[] toBytes() {
        return Json.write(json);
    }
}
