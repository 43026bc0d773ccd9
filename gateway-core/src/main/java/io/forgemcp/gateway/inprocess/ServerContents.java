package io.forgemcp.gateway.inprocess;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Everything a server offers, its lists written once. Immutable. */
final class ServerContents {
    private final String name;
    private final String version;
    private final @Nullable String instructions;
    private final Map<String, JavaTool> tools;
    private final Map<String, JavaPrompt> prompts;
    private final Map<String, JavaResource> resources = new LinkedHashMap<>();
    private final Map<UriTemplate, JavaResource> templates = new LinkedHashMap<>();
    private final JavaServer.@Nullable Completer completer;
    private final Map<String, byte[]> lists;

    ServerContents(
            String name,
            String version,
            @Nullable String instructions,
            Map<String, JavaTool> tools,
            Map<String, JavaPrompt> prompts,
            List<JavaResource> allResources,
            JavaServer.@Nullable Completer completer) {
        this.name = name;
        this.version = version;
        this.instructions = instructions;
        this.tools = new LinkedHashMap<>(tools);
        this.prompts = new LinkedHashMap<>(prompts);
        this.completer = completer;
        for (JavaResource resource : allResources) {
            if (resource.isTemplate()) {
                templates.put(new UriTemplate(resource.uri()), resource);
            } else if (resources.putIfAbsent(resource.uri(), resource) != null) {
                throw new IllegalArgumentException(
                        "The server \"" + name + "\" already has a resource \"" + resource.uri() + "\"");
            }
        }
        this.lists = Map.of(
                "tools/list", list("tools", tools.values().stream().map(JavaTool::description)),
                "prompts/list", list("prompts", prompts.values().stream().map(JavaPrompt::toJson)),
                "resources/list", list("resources", resources.values().stream().map(JavaResource::toJson)),
                "resources/templates/list",
                        list("resourceTemplates", templates.values().stream().map(JavaResource::toJson)));
    }

    private static byte[] list(String member, Stream<ObjectNode> entries) {
        ObjectNode result = Json.object();
        ArrayNode array = result.putArray(member);
        entries.forEach(array::add);
        return Json.write(result);
    }

    String name() {
        return name;
    }

    List<String> toolNames() {
        return List.copyOf(tools.keySet());
    }

    JavaServer.@Nullable Completer completer() {
        return completer;
    }

    /** The answer to a list method; null if the method is not one. */
    byte @Nullable [] list(String method) {
        return lists.get(method);
    }

    /** The handshake's result: the revision asked for if it is known, our newest otherwise (MCP, Lifecycle). */
    byte[] initialize(String requested) {
        ProtocolVersion agreed = ProtocolVersion.findLegacy(requested).orElse(ProtocolVersion.LATEST_LEGACY);
        ObjectNode result = Json.object().put("protocolVersion", agreed.date());
        ObjectNode capabilities = result.putObject("capabilities");
        capabilities.putObject("logging");
        if (!tools.isEmpty()) {
            capabilities.putObject("tools");
        }
        if (!prompts.isEmpty()) {
            capabilities.putObject("prompts");
        }
        if (!resources.isEmpty() || !templates.isEmpty()) {
            capabilities.putObject("resources");
        }
        if (completer != null) {
            capabilities.putObject("completions");
        }
        result.putObject("serverInfo").put("name", name).put("version", version);
        if (instructions != null) {
            result.put("instructions", instructions);
        }
        return Json.write(result);
    }

    JavaTool tool(String wanted) {
        JavaTool tool = tools.get(wanted);
        if (tool == null) {
            throw new GatewayException(
                    ErrorCode.UNKNOWN_TOOL,
                    "The server \"" + name + "\" has no tool \"" + wanted + "\". It has " + named(tools.keySet())
                            + ".");
        }
        return tool;
    }

    /** Renders a prompt once its arguments have been checked. */
    Callable<ObjectNode> prompt(String wanted, Map<String, String> arguments) {
        JavaPrompt prompt = prompts.get(wanted);
        if (prompt == null) {
            throw new GatewayException(
                    ErrorCode.UNKNOWN_PROMPT,
                    "The server \"" + name + "\" has no prompt \"" + wanted + "\". It has " + named(prompts.keySet())
                            + ".");
        }
        for (JavaPrompt.Argument argument : prompt.arguments()) {
            if (argument.required() && !arguments.containsKey(argument.name())) {
                throw new GatewayException(
                        ErrorCode.INVALID_PARAMS,
                        "The prompt \"" + wanted + "\" needs the argument \"" + argument.name() + "\".");
            }
        }
        return () -> prompt.result(arguments);
    }

    /** Reads a resource: a fixed URI first, then the templates in order. */
    Callable<ObjectNode> resource(String uri) {
        JavaResource fixed = resources.get(uri);
        if (fixed != null) {
            return () -> fixed.result(uri, Map.of());
        }
        for (Map.Entry<UriTemplate, JavaResource> template : templates.entrySet()) {
            Optional<Map<String, String>> variables = template.getKey().match(uri);
            if (variables.isPresent()) {
                return () -> template.getValue().result(uri, variables.get());
            }
        }
        throw new GatewayException(
                ErrorCode.UNKNOWN_RESOURCE, "The server \"" + name + "\" has no resource \"" + uri + "\".");
    }

    private static String named(Iterable<String> names) {
        List<String> all = new ArrayList<>();
        names.forEach(all::add);
        return all.isEmpty() ? "none" : String.join(", ", all);
    }
}
