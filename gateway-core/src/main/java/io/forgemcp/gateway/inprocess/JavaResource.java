package io.forgemcp.gateway.inprocess;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.Map;

/**
 * A resource, or with variables in its URI a resource template (MCP 2025-11-25, Resources).
 *
 * @param uri a URI, or a template with simple variables such as {@code notes://{folder}/{note}} (RFC 6570, level 1);
 *     a variable matches anything but a slash
 * @param reader makes the content from the variables; may block
 */
public record JavaResource(String uri, String name, String description, String mimeType, Reader reader) {
    public JavaResource {
        if (uri.isBlank()) {
            throw new IllegalArgumentException("A resource needs a URI");
        }
    }

    boolean isTemplate() {
        return uri.indexOf('{') >= 0;
    }

    ObjectNode toJson() {
        return Json.object()
                .put(isTemplate() ? "uriTemplate" : "uri", uri)
                .put("name", name)
                .put("description", description)
                .put("mimeType", mimeType);
    }

    /** Reads a resource; its exceptions become an error answer. */
    @FunctionalInterface
    public interface Reader {
        Content read(Map<String, String> variables) throws Exception;
    }

    /** What a resource holds. */
    public sealed interface Content {
        static Content text(String text) {
            return new Text(text);
        }

        static Content binary(byte[] bytes) {
            return new Binary(Base64.getEncoder().encodeToString(bytes));
        }

        /** Characters. */
        record Text(String text) implements Content {}

        /** @param base64 bytes as base64 */
        record Binary(String base64) implements Content {}
    }

    ObjectNode result(String read, Map<String, String> variables) throws Exception {
        ObjectNode json = Json.object();
        ObjectNode content =
                json.putArray("contents").addObject().put("uri", read).put("mimeType", mimeType);
        Content value = reader.read(variables);
        if (value instanceof Content.Text text) {
            content.put("text", text.text());
        } else if (value instanceof Content.Binary binary) {
            content.put("blob", binary.base64());
        }
        return json;
    }
}
