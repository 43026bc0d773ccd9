package io.forgemcp.gateway.inprocess;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A tool and what it does. Immutable; made with {@link #named}. */
public final class JavaTool {
    /** What hosts of models accept; MCP itself allows more. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private final String name;
    private final boolean inline;
    private final ObjectNode description;
    private final ArgumentCheck check;
    private final ToolHandler.Async handler;

    private JavaTool(Builder builder, ToolHandler.Async handler) {
        this.name = builder.name;
        this.inline = builder.inline;
        this.handler = handler;
        this.check = new ArgumentCheck(builder.name, builder.input.node());
        this.description = Json.object().put("name", name);
        if (builder.title != null) {
            description.put("title", builder.title);
        }
        description.put("description", builder.description).set("inputSchema", builder.input.node());
        if (builder.output != null) {
            description.set("outputSchema", builder.output.node());
        }
        if (builder.annotations != null) {
            description.set("annotations", builder.annotations.json());
        }
    }

    /**
     * Begins a tool.
     *
     * @param name 1 to 64 letters, digits, underscores and hyphens
     * @param description for the model that chooses it
     */
    public static Builder named(String name, String description) {
        return new Builder(name, description);
    }

    public String name() {
        return name;
    }

    boolean isInline() {
        return inline;
    }

    ObjectNode description() {
        return description;
    }

    ArgumentCheck check() {
        return check;
    }

    ToolHandler.Async handler() {
        return handler;
    }

    /** Optional parts of a tool; ends with what it does. Not thread-safe. */
    public static final class Builder {
        private final String name;
        private final String description;
        private @Nullable String title;
        private Schema input = Schema.object();
        private @Nullable Schema output;
        private @Nullable ToolAnnotations annotations;
        private boolean inline;

        private Builder(String name, String description) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "\"" + name + "\" is not a tool name. Use 1 to 64 letters, digits, underscores and hyphens.");
            }
            if (description.isBlank()) {
                throw new IllegalArgumentException(
                        "The tool \"" + name + "\" needs a description: a model chooses by it.");
            }
            this.name = name;
            this.description = description;
        }

        /** For people. */
        public Builder title(String value) {
            title = value;
            return this;
        }

        /** The arguments it takes; none by default. */
        public Builder input(Schema value) {
            input = Objects.requireNonNull(value, "input");
            return this;
        }

        /** The shape of its structured content. */
        public Builder output(Schema value) {
            output = value;
            return this;
        }

        public Builder annotations(ToolAnnotations value) {
            annotations = value;
            return this;
        }

        /** Lets it run on the thread that delivers the call: only for tools that compute for microseconds. */
        public Builder inline() {
            inline = true;
            return this;
        }

        /** A tool that answers when it returns. */
        public JavaTool handler(ToolHandler handler) {
            return new JavaTool(
                    this, (arguments, call) -> CompletableFuture.completedFuture(handler.handle(arguments, call)));
        }

        /** A tool that answers when it returns and needs only the arguments. */
        public JavaTool handler(ToolHandler.Simple handler) {
            return handler((arguments, call) -> handler.handle(arguments));
        }

        /** A tool that answers later and never blocks. */
        public JavaTool async(ToolHandler.Async handler) {
            inline = true;
            return new JavaTool(this, handler);
        }
    }
}
