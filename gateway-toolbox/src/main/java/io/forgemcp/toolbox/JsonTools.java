package io.forgemcp.toolbox;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.inprocess.ToolArguments;
import io.forgemcp.gateway.inprocess.ToolFailure;
import io.forgemcp.gateway.inprocess.ToolResponse;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Exact work on JSON texts that a model hands over. */
final class JsonTools {
    private static final int MOST_DIFFERENCES = 500;

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();
    private static final ObjectMapper SORTING = MAPPER.copy().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    private JsonTools() {}

    static ToolResponse get(ToolArguments arguments) throws JsonProcessingException {
        JsonNode root = read("json", arguments);
        JsonPointer pointer = pointer(arguments.string("pointer"));
        JsonNode value = root.at(pointer);
        if (value.isMissingNode()) {
            throw new ToolFailure("There is nothing at \"" + pointer + "\". " + whatIsThere(root, pointer));
        }
        return ToolResponse.text(value.isTextual() ? value.textValue() : pretty(value));
    }

    /** Walks as far as the pointer leads and names what can be found from there. */
    private static String whatIsThere(JsonNode root, JsonPointer pointer) {
        JsonNode current = root;
        StringBuilder reached = new StringBuilder();
        for (JsonPointer rest = pointer; !rest.matches(); rest = rest.tail()) {
            JsonNode next = current.at(JsonPointer.compile("/" + escaped(rest.getMatchingProperty())));
            if (next.isMissingNode()) {
                break;
            }
            reached.append('/').append(escaped(rest.getMatchingProperty()));
            current = next;
        }
        String place = "\"" + reached + "\" is ";
        if (current.isObject()) {
            List<String> names = new ArrayList<>();
            current.fieldNames().forEachRemaining(names::add);
            return place + "an object with " + (names.isEmpty() ? "nothing in it" : String.join(", ", names)) + ".";
        }
        return current.isArray() ? place + "a list of " + current.size() + "." : place + "a plain value.";
    }

    static ToolResponse set(ToolArguments arguments) throws JsonProcessingException {
        JsonNode root = read("json", arguments);
        JsonPointer pointer = pointer(arguments.string("pointer"));
        JsonNode value = arguments.toJson().get("value");
        if (pointer.matches()) {
            return ToolResponse.text(pretty(value));
        }
        JsonNode parent = root.at(pointer.head());
        String last = pointer.last().getMatchingProperty();
        if (parent instanceof ObjectNode object) {
            object.set(last, value);
        } else if (parent instanceof ArrayNode array) {
            int index = last.equals("-") ? array.size() : pointer.last().getMatchingIndex();
            if (index < 0 || index > array.size()) {
                throw new ToolFailure("\"" + last + "\" is not a place in a list of " + array.size() + ". Use 0 to "
                        + array.size() + ", or - to append.");
            }
            if (index == array.size()) {
                array.add(value);
            } else {
                array.set(index, value);
            }
        } else {
            throw new ToolFailure("Nothing can be put at \"" + pointer + "\". " + whatIsThere(root, pointer.head()));
        }
        return ToolResponse.text(pretty(root));
    }

    static ToolResponse format(ToolArguments arguments) throws JsonProcessingException {
        JsonNode root = read("json", arguments);
        boolean sort = arguments.bool("sortKeys", false);
        // Trees keep the order of their members; sorting works on maps.
        Object value = sort ? MAPPER.convertValue(root, Object.class) : root;
        ObjectMapper mapper = sort ? SORTING : MAPPER;
        return ToolResponse.text(
                arguments.string("style", "pretty").equals("compact")
                        ? mapper.writeValueAsString(value)
                        : mapper.writerWithDefaultPrettyPrinter().writeValueAsString(value));
    }

    static ToolResponse validate(ToolArguments arguments) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        try {
            JsonNode root = MAPPER.readTree(arguments.string("json"));
            answer.put("valid", !root.isMissingNode());
            if (root.isMissingNode()) {
                answer.put("problem", "The text is empty.");
            }
        } catch (JsonProcessingException bad) {
            answer.put("valid", false).put("problem", firstLine(bad));
            if (bad.getLocation() != null) {
                answer.put("line", bad.getLocation().getLineNr())
                        .put("column", bad.getLocation().getColumnNr());
            }
        }
        return ToolResponse.json(answer);
    }

    static ToolResponse diff(ToolArguments arguments) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode differences = answer.putArray("differences");
        compare("", read("left", arguments), read("right", arguments), differences);
        answer.put("equal", differences.isEmpty());
        if (differences.size() >= MOST_DIFFERENCES) {
            answer.put("note", "There are more differences; these are the first " + MOST_DIFFERENCES + ".");
        }
        return ToolResponse.json(answer);
    }

    private static void compare(String path, JsonNode left, JsonNode right, ArrayNode out) {
        if (out.size() >= MOST_DIFFERENCES || same(left, right)) {
            return;
        }
        if (left.isObject() && right.isObject()) {
            Set<String> names = new LinkedHashSet<>();
            left.fieldNames().forEachRemaining(names::add);
            right.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                compare(path + "/" + escaped(name), left.path(name), right.path(name), out);
            }
        } else if (left.isArray() && right.isArray()) {
            for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
                compare(path + "/" + i, left.path(i), right.path(i), out);
            }
        } else {
            ObjectNode difference = out.addObject().put("path", path);
            difference.put("kind", left.isMissingNode() ? "added" : right.isMissingNode() ? "removed" : "changed");
            if (!left.isMissingNode()) {
                difference.set("left", left);
            }
            if (!right.isMissingNode()) {
                difference.set("right", right);
            }
        }
    }

    /** 1 and 1.0 are the same number. */
    private static boolean same(JsonNode left, JsonNode right) {
        boolean numbers = left.isNumber() && right.isNumber();
        return numbers
                ? (left.decimalValue().compareTo(right.decimalValue()) == 0)
                : left.isValueNode() && left.equals(right);
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private static JsonPointer pointer(String text) {
        try {
            return JsonPointer.compile(text);
        } catch (IllegalArgumentException bad) {
            throw new ToolFailure(
                    "\"" + text + "\" is not a JSON Pointer. Begin every part with a slash: /items/0/name.", bad);
        }
    }

    private static JsonNode read(String name, ToolArguments arguments) {
        try {
            JsonNode root = MAPPER.readTree(arguments.string(name));
            if (root.isMissingNode()) {
                throw new ToolFailure("\"" + name + "\" is empty.");
            }
            return root;
        } catch (JsonProcessingException bad) {
            String where = bad.getLocation() == null
                    ? ""
                    : " (line " + bad.getLocation().getLineNr() + ", column "
                            + bad.getLocation().getColumnNr() + ")";
            throw new ToolFailure("\"" + name + "\" is not JSON: " + firstLine(bad) + where + ".", bad);
        }
    }

    private static String firstLine(JsonProcessingException bad) {
        return bad.getOriginalMessage().lines().findFirst().orElse("malformed");
    }

    private static String pretty(JsonNode node) throws JsonProcessingException {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
    }
}
