package io.forgemcp.gateway.inprocess;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of one call. Getters throw {@link ToolFailure} with the argument's name, what was expected and what was
 * given, which the model then reads. A JSON null counts as not given. Immutable.
 */
public final class ToolArguments {
    private final ObjectNode json;

    ToolArguments(ObjectNode json) {
        this.json = json;
    }

    /** Arguments from a tree, for calling a handler in a test. */
    public static ToolArguments of(ObjectNode json) {
        return new ToolArguments(json.deepCopy());
    }

    /** Whether the argument was given. */
    public boolean has(String name) {
        return find(name) != null;
    }

    /** The argument as it came; null if it was not given. */
    public @Nullable JsonNode find(String name) {
        JsonNode value = json.get(name);
        return value == null || value.isNull() ? null : value;
    }

    /** The argument as it came. */
    public JsonNode require(String name) {
        JsonNode value = find(name);
        if (value == null) {
            throw new ToolFailure("The argument \"" + name + "\" is missing.");
        }
        return value;
    }

    public String string(String name) {
        JsonNode value = require(name);
        if (!value.isTextual()) {
            throw wrong(name, "a string", value);
        }
        return value.textValue();
    }

    public String string(String name, String otherwise) {
        return has(name) ? string(name) : otherwise;
    }

    public int integer(String name) {
        JsonNode value = require(name);
        if (!isWhole(value) || !value.canConvertToInt()) {
            throw wrong(name, "a whole number from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE, value);
        }
        return value.intValue();
    }

    public int integer(String name, int otherwise) {
        return has(name) ? integer(name) : otherwise;
    }

    public long longInteger(String name) {
        JsonNode value = require(name);
        if (!isWhole(value) || !value.canConvertToLong()) {
            throw wrong(name, "a whole number of at most 64 bits", value);
        }
        return value.longValue();
    }

    public double number(String name) {
        JsonNode value = require(name);
        if (!value.isNumber()) {
            throw wrong(name, "a number", value);
        }
        return value.doubleValue();
    }

    public double number(String name, double otherwise) {
        return has(name) ? number(name) : otherwise;
    }

    public boolean bool(String name) {
        JsonNode value = require(name);
        if (!value.isBoolean()) {
            throw wrong(name, "true or false", value);
        }
        return value.booleanValue();
    }

    public boolean bool(String name, boolean otherwise) {
        return has(name) ? bool(name) : otherwise;
    }

    /** A list of strings; empty if it was not given. */
    public List<String> strings(String name) {
        List<String> strings = new ArrayList<>();
        for (JsonNode item : items(name)) {
            if (!item.isTextual()) {
                throw wrong(name, "a list of strings", item);
            }
            strings.add(item.textValue());
        }
        return List.copyOf(strings);
    }

    /** A list of anything; empty if it was not given. */
    public List<JsonNode> items(String name) {
        JsonNode value = find(name);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray()) {
            throw wrong(name, "a list", value);
        }
        List<JsonNode> items = new ArrayList<>();
        value.forEach(items::add);
        return List.copyOf(items);
    }

    /** A list of records or other types that Jackson reads; empty if it was not given. */
    public <T> List<T> list(String name, Class<T> type) {
        List<T> list = new ArrayList<>();
        List<JsonNode> items = items(name);
        for (int i = 0; i < items.size(); i++) {
            list.add(convert(name + "[" + i + "]", items.get(i), type));
        }
        return List.copyOf(list);
    }

    /** The argument as a record or another type that Jackson reads. */
    public <T> T as(String name, Class<T> type) {
        return convert(name, require(name), type);
    }

    /** A copy of all arguments. */
    public ObjectNode toJson() {
        return json.deepCopy();
    }

    private static <T> T convert(String name, JsonNode value, Class<T> type) {
        try {
            return Json.MAPPER.treeToValue(value, type);
        } catch (JsonProcessingException failure) {
            throw misfit(name, failure);
        }
    }

    static ToolFailure misfit(String name, JsonProcessingException failure) {
        return new ToolFailure(
                "The argument \"" + name + pathOf(failure) + "\" does not fit: " + reason(failure), failure);
    }

    private static String pathOf(JsonProcessingException failure) {
        StringBuilder path = new StringBuilder();
        if (failure instanceof JsonMappingException mapping) {
            for (JsonMappingException.Reference part : mapping.getPath()) {
                path.append(part.getFieldName() == null ? "[" + part.getIndex() + "]" : "." + part.getFieldName());
            }
        }
        return path.toString();
    }

    /** Jackson's first sentence without the names of our classes. */
    private static String reason(JsonProcessingException failure) {
        String first = failure.getOriginalMessage().lines().findFirst().orElse("wrong type");
        return first.replaceAll("`(?:[a-z_0-9]+\\.)*(?:[A-Za-z0-9_]+\\$)*([A-Za-z0-9_]+)(?:<[^`]*>)?`", "$1");
    }

    static boolean isWhole(JsonNode value) {
        return value.isIntegralNumber()
                || value.isNumber() && value.decimalValue().stripTrailingZeros().scale() <= 0;
    }

    private static ToolFailure wrong(String name, String wanted, JsonNode given) {
        return new ToolFailure("The argument \"" + name + "\" must be " + wanted + ", not " + shown(given) + ".");
    }

    /** A value in a sentence: short ones as they are, long ones by their type. */
    static String shown(JsonNode value) {
        String text = value.toString();
        return text.length() <= 60
                ? text
                : "a long " + value.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    /** How many arguments there are, never their values: they may be private. */
    @Override
    public String toString() {
        return "ToolArguments[" + json.size() + "]";
    }
}
