package io.forgemcp.gateway.inprocess;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * A prompt: a template that a person picks and fills in (MCP 2025-11-25, Prompts).
 *
 * @param renderer makes the messages; may block
 */
public record JavaPrompt(String name, String description, List<Argument> arguments, Renderer renderer) {
    public JavaPrompt {
        arguments = List.copyOf(arguments);
    }

    /** A prompt of one message from the user. */
    public static JavaPrompt of(String name, String description, List<Argument> arguments, Text text) {
        return new JavaPrompt(name, description, arguments, given -> List.of(Line.user(text.render(given))));
    }

    /** What a prompt needs to know. */
    public record Argument(String name, String description, boolean required) {}

    /**
     * One message.
     *
     * @param role {@code user} or {@code assistant}
     */
    public record Line(String role, String text) {
        public static Line user(String text) {
            return new Line("user", text);
        }

        public static Line assistant(String text) {
            return new Line("assistant", text);
        }
    }

    /** Makes the messages of a prompt; its exceptions become an error answer. */
    @FunctionalInterface
    public interface Renderer {
        List<Line> render(Map<String, String> arguments) throws Exception;
    }

    /** Makes the one message of a prompt. */
    @FunctionalInterface
    public interface Text {
        String render(Map<String, String> arguments) throws Exception;
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object().put("name", name).put("description", description);
        ArrayNode list = json.putArray("arguments");
        for (Argument argument : arguments) {
            list.addObject()
                    .put("name", argument.name())
                    .put("description", argument.description())
                    .put("required", argument.required());
        }
        return json;
    }

    ObjectNode result(Map<String, String> given) throws Exception {
        ObjectNode json = Json.object().put("description", description);
        ArrayNode messages = json.putArray("messages");
        for (Line line : renderer.render(given)) {
            messages.addObject()
                    .put("role", line.role())
                    .putObject("content")
                    .put("type", "text")
                    .put("text", line.text());
        }
        return json;
    }
}
