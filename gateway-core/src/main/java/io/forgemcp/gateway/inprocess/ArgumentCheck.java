package io.forgemcp.gateway.inprocess;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Checks the arguments of a call against the tool's schema and says everything that is wrong at once, in words that a
 * model can act on: required members, types, enums, bounds and unknown members. Other keywords are left to the handler.
 */
final class ArgumentCheck {
    /** More than this helps nobody to mend a call. */
    private static final int MOST_PROBLEMS = 10;

    private static final Map<String, String> NAMES = Map.of(
            "string", "a string",
            "number", "a number",
            "integer", "a whole number",
            "boolean", "true or false",
            "array", "a list",
            "object", "an object",
            "null", "null");

    private final String tool;
    private final ObjectNode schema;

    ArgumentCheck(String tool, ObjectNode schema) {
        if (!"object".equals(schema.path("type").asText())) {
            throw new IllegalArgumentException("The input schema of the tool \"" + tool
                    + "\" must have \"type\": \"object\" (MCP, Tools), but is " + schema);
        }
        this.tool = tool;
        this.schema = schema;
    }

    /** @throws ToolFailure naming every argument that does not fit */
    void check(ObjectNode arguments) {
        List<String> problems = new ArrayList<>();
        checkObject("", schema, arguments, problems);
        if (!problems.isEmpty()) {
            throw new ToolFailure("Wrong arguments for the tool \"" + tool + "\": "
                    + problems.stream().limit(MOST_PROBLEMS).collect(Collectors.joining("; ")) + ".");
        }
    }

    private static void checkObject(String path, JsonNode schema, JsonNode object, List<String> problems) {
        JsonNode properties = schema.path("properties");
        for (JsonNode name : schema.path("required")) {
            if (!object.has(name.asText())) {
                Set<String> types = types(properties.path(name.asText()));
                problems.add("\"" + path + name.asText() + "\" is required"
                        + (types.isEmpty() ? "" : " (" + described(types) + ")"));
            }
        }
        JsonNode additional = schema.path("additionalProperties");
        boolean closed = additional.isBoolean() && !additional.booleanValue();
        object.properties().forEach(given -> {
            JsonNode property = properties.get(given.getKey());
            String name = path + given.getKey();
            if (property != null) {
                // A model that has nothing to say often says null; the getters treat that as not given.
                boolean leftOut = given.getValue().isNull() && !isRequired(schema, given.getKey());
                if (!leftOut) {
                    checkValue(name, property, given.getValue(), problems);
                }
            } else if (closed) {
                problems.add("\"" + name + "\" is unknown; known are " + names(properties));
            }
        });
    }

    private static void checkValue(String name, JsonNode schema, JsonNode value, List<String> problems) {
        Set<String> types = types(schema);
        if (!types.isEmpty() && types.stream().noneMatch(type -> fits(type, value))) {
            problems.add("\"" + name + "\" must be " + described(types) + ", not " + ToolArguments.shown(value));
            return;
        }
        JsonNode choices = schema.path("enum");
        if (choices.isArray() && !contains(choices, value)) {
            String allowed = StreamSupport.stream(choices.spliterator(), false)
                    .map(JsonNode::toString)
                    .collect(Collectors.joining(", "));
            problems.add("\"" + name + "\" must be one of " + allowed + ", not " + ToolArguments.shown(value));
        }
        if (value.isNumber()) {
            checkBounds(name, schema, value, problems);
        } else if (value.isObject()) {
            checkObject(name + ".", schema, value, problems);
        } else if (value.isArray() && schema.path("items").isObject()) {
            for (int i = 0; i < value.size() && problems.size() < MOST_PROBLEMS; i++) {
                checkValue(name + "[" + i + "]", schema.get("items"), value.get(i), problems);
            }
        }
    }

    private static void checkBounds(String name, JsonNode schema, JsonNode value, List<String> problems) {
        JsonNode least = schema.path("minimum");
        JsonNode most = schema.path("maximum");
        if (least.isNumber() && value.decimalValue().compareTo(least.decimalValue()) < 0) {
            problems.add("\"" + name + "\" must be at least " + least + ", not " + value);
        }
        if (most.isNumber() && value.decimalValue().compareTo(most.decimalValue()) > 0) {
            problems.add("\"" + name + "\" must be at most " + most + ", not " + value);
        }
    }

    private static boolean isRequired(JsonNode schema, String name) {
        for (JsonNode required : schema.path("required")) {
            if (required.asText().equals(name)) {
                return true;
            }
        }
        return false;
    }

    private static String names(JsonNode properties) {
        List<String> names = new ArrayList<>();
        properties.fieldNames().forEachRemaining(names::add);
        return names.isEmpty() ? "none" : String.join(", ", names);
    }

    private static boolean contains(JsonNode choices, JsonNode value) {
        for (JsonNode choice : choices) {
            if (choice.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static Set<String> types(JsonNode schema) {
        JsonNode type = schema.path("type");
        if (type.isTextual()) {
            return Set.of(type.textValue());
        }
        return StreamSupport.stream(type.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.toSet());
    }

    private static String described(Set<String> types) {
        return types.stream().sorted().map(t -> NAMES.getOrDefault(t, t)).collect(Collectors.joining(" or "));
    }

    private static boolean fits(String type, JsonNode value) {
        return switch (type) {
            case "string" -> value.isTextual();
            case "number" -> value.isNumber();
            case "integer" -> ToolArguments.isWhole(value);
            case "boolean" -> value.isBoolean();
            case "array" -> value.isArray();
            case "object" -> value.isObject();
            case "null" -> value.isNull();
            default -> true;
        };
    }
}
