package io.forgemcp.gateway.inprocess;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A JSON Schema (2020-12), written in Java or given as text. Immutable: every method returns a new one.
 *
 * <pre>{@code
 * Schema.object()
 *         .required("path", Schema.string("Path below the root"))
 *         .optional("limit", Schema.integer("How many at most").between(1, 100));
 * }</pre>
 */
public final class Schema {
    private final ObjectNode node;

    private Schema(ObjectNode node) {
        this.node = node;
    }

    /**
     * A schema given as JSON text.
     *
     * @throws IllegalArgumentException if the text is not a JSON object
     */
    public static Schema parse(String json) {
        try {
            if (Json.read(json) instanceof ObjectNode object) {
                return new Schema(object);
            }
        } catch (JsonProcessingException notJson) {
            throw new IllegalArgumentException("The schema is not JSON: " + notJson.getOriginalMessage(), notJson);
        }
        throw new IllegalArgumentException("A schema is a JSON object, not " + json);
    }

    static Schema of(ObjectNode node) {
        return new Schema(node);
    }

    /** An object that takes no members but the ones added here. */
    public static Schema object() {
        ObjectNode node = Json.object().put("type", "object");
        node.putObject("properties");
        return new Schema(node.put("additionalProperties", false));
    }

    public static Schema string(String description) {
        return typed("string", description);
    }

    public static Schema number(String description) {
        return typed("number", description);
    }

    public static Schema integer(String description) {
        return typed("integer", description);
    }

    public static Schema bool(String description) {
        return typed("boolean", description);
    }

    /** Any JSON value. */
    public static Schema any(String description) {
        return new Schema(Json.object().put("description", description));
    }

    public static Schema array(String description, Schema items) {
        Schema schema = typed("array", description);
        schema.node.set("items", items.node);
        return schema;
    }

    /** A string that is one of these. */
    public static Schema oneOf(String description, String... values) {
        Schema schema = typed("string", description);
        ArrayNode choices = schema.node.putArray("enum");
        for (String value : values) {
            choices.add(value);
        }
        return schema;
    }

    private static Schema typed(String type, String description) {
        ObjectNode node = Json.object().put("type", type);
        return new Schema(description.isEmpty() ? node : node.put("description", description));
    }

    /** Adds a member that must be given. */
    public Schema required(String name, Schema member) {
        Schema copy = optional(name, member);
        copy.node.withArrayProperty("required").add(name);
        return copy;
    }

    /** Adds a member that may be left out. */
    public Schema optional(String name, Schema member) {
        ObjectNode copy = node.deepCopy();
        JsonNode earlier = copy.withObjectProperty("properties").get(name);
        if (earlier != null) {
            throw new IllegalArgumentException("\"" + name + "\" is already a member: " + earlier);
        }
        copy.withObjectProperty("properties").set(name, member.node);
        return new Schema(copy);
    }

    /** Bounds a number, both ends included. */
    public Schema between(long least, long most) {
        return new Schema(node.deepCopy().put("minimum", least).put("maximum", most));
    }

    /** Names what holds when the member is left out; for the reader, the handler applies it. */
    public Schema otherwise(String value) {
        return new Schema(node.deepCopy().put("default", value));
    }

    /** As {@link #otherwise(String)}. */
    public Schema otherwise(long value) {
        return new Schema(node.deepCopy().put("default", value));
    }

    /** As {@link #otherwise(String)}. */
    public Schema otherwise(boolean value) {
        return new Schema(node.deepCopy().put("default", value));
    }

    /** Describes it. */
    public Schema described(String description) {
        return new Schema(node.deepCopy().put("description", description));
    }

    /** A copy as a tree. */
    public JsonNode toJson() {
        return node.deepCopy();
    }

    ObjectNode node() {
        return node;
    }

    /** The JSON text. */
    @Override
    public String toString() {
        return node.toString();
    }
}
