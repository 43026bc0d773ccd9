package io.forgemcp.gateway.inprocess;

import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.thread.Workers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An MCP server of Java methods, with tools, prompts, resources and resource templates. Immutable and thread-safe.
 *
 * <pre>{@code
 * JavaServer calculator = JavaServer.builder("calc", "1.0")
 *         .tool("add", "Adds two numbers",
 *                 Schema.object().required("a", Schema.number("First")).required("b", Schema.number("Second")),
 *                 arguments -> ToolResponse.text("" + (arguments.number("a") + arguments.number("b"))))
 *         .build();
 * JavaServer same = JavaServer.of("calc", new Calculator()); // public methods with @Tool
 * }</pre>
 */
public final class JavaServer implements InProcessServer {
    private final ServerContents contents;
    private final Executor workers;

    private JavaServer(ServerContents contents, Executor workers) {
        this.contents = contents;
        this.workers = workers;
    }

    /** Begins a server. */
    public static Builder builder(String name, String version) {
        return new Builder(name, version);
    }

    /**
     * A server of an object's public methods that carry {@link Tool}, named like its class.
     *
     * @throws IllegalArgumentException if there is none, or one has a parameter that no schema can describe
     */
    public static JavaServer of(Object object) {
        return of(object.getClass().getSimpleName().toLowerCase(Locale.ROOT), object);
    }

    /** As {@link #of(Object)}, with a name. */
    public static JavaServer of(String name, Object object) {
        return builder(name, "1.0").methods(object).build();
    }

    @Override
    public Conversation open(Consumer<Message> toClient) {
        return new JavaConversation(contents, workers, toClient);
    }

    /** The names of its tools, in order. */
    public Collection<String> toolNames() {
        return contents.toolNames();
    }

    @Override
    public String toString() {
        return "JavaServer[" + contents.name() + ", " + contents.toolNames().size() + " tools]";
    }

    /** Collects what a server offers. Not thread-safe. */
    public static final class Builder {
        private final String name;
        private final String version;
        private @Nullable String instructions;
        private @Nullable Executor workers;
        private final Map<String, JavaTool> tools = new LinkedHashMap<>();
        private final Map<String, JavaPrompt> prompts = new LinkedHashMap<>();
        private final List<JavaResource> resources = new ArrayList<>();
        private @Nullable Completer completer;

        private Builder(String name, String version) {
            if (name.isBlank() || version.isBlank()) {
                throw new IllegalArgumentException("A server needs a name and a version");
            }
            this.name = name;
            this.version = version;
        }

        /** Adds a tool that may block; the short form for most. */
        public Builder tool(String name, String description, Schema input, ToolHandler.Simple handler) {
            return tool(JavaTool.named(name, description).input(input).handler(handler));
        }

        /** As above with the schema as JSON text. */
        public Builder tool(String name, String description, String schemaJson, ToolHandler.Simple handler) {
            return tool(name, description, Schema.parse(schemaJson), handler);
        }

        /** Adds a tool. */
        public Builder tool(JavaTool tool) {
            if (tools.putIfAbsent(tool.name(), tool) != null) {
                throw new IllegalArgumentException("The server \"" + name + "\" already has a tool \"" + tool.name()
                        + "\". Give one of them another name.");
            }
            return this;
        }

        /** Adds every public method of the object that carries {@link Tool}. */
        public Builder methods(Object object) {
            new MethodTools(object).tools().forEach(this::tool);
            return this;
        }

        /** Adds a prompt. */
        public Builder prompt(JavaPrompt prompt) {
            if (prompts.putIfAbsent(prompt.name(), prompt) != null) {
                throw new IllegalArgumentException(
                        "The server \"" + name + "\" already has a prompt \"" + prompt.name() + "\"");
            }
            return this;
        }

        /** Adds a resource, or a resource template if its URI has variables. */
        public Builder resource(JavaResource resource) {
            resources.add(resource);
            return this;
        }

        /** Answers completion requests for arguments of prompts and templates. */
        public Builder completion(Completer value) {
            completer = value;
            return this;
        }

        /** Tells the model how to use the server as a whole. */
        public Builder instructions(String value) {
            instructions = value;
            return this;
        }

        /** Runs blocking handlers here instead of on threads of the server's own; it stays the caller's to close. */
        public Builder workers(Executor value) {
            workers = value;
            return this;
        }

        public JavaServer build() {
            Executor executor = workers == null ? Workers.blocking("forge-" + name) : workers;
            return new JavaServer(
                    new ServerContents(name, version, instructions, tools, prompts, resources, completer), executor);
        }
    }

    /** Proposes values for an argument while somebody types (MCP 2025-11-25, Completion). */
    @FunctionalInterface
    public interface Completer {
        /**
         * @param reference name of the prompt, or URI template of the resource
         * @param argument which argument is being typed
         * @param typed so far
         * @return at most 100 proposals; more are cut off
         */
        List<String> complete(String reference, String argument, String typed) throws Exception;
    }
}
