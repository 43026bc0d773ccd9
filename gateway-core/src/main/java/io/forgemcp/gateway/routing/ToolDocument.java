package io.forgemcp.gateway.routing;

import java.util.List;

/**
 * What a router knows about a tool.
 *
 * @param name unique; the name under which a client calls it
 * @param description as its server gives it
 * @param keywords further words that may find it: its service, its title, the names of its arguments
 */
public record ToolDocument(String name, String description, List<String> keywords) {
    public ToolDocument {
        if (name.isBlank()) {
            throw new IllegalArgumentException("A tool needs a name");
        }
        keywords = List.copyOf(keywords);
    }

    /** A tool of which only name and description are known. */
    public static ToolDocument of(String name, String description) {
        return new ToolDocument(name, description, List.of());
    }
}
