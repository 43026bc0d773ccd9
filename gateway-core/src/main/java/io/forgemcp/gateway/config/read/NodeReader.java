package io.forgemcp.gateway.config.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** What every kind of value needs of the nodes of one file: entries without duplicates, text with variables, places. */
final class NodeReader {
    private static final int MAX_NODES = 50_000;
    private static final int MAX_DEPTH = 60;

    private final String file;
    private final String shownFile;
    private final Reading reading;
    private int counted;

    NodeReader(String file, String shownFile, Reading reading) {
        this.file = file;
        this.shownFile = shownFile;
        this.reading = reading;
    }

    /** Ends the reading of a file whose aliases unfold to far more than it holds. */
    static final class TooLarge extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** A key with its value. */
    record Entry(ScalarNode key, Node value) {}

    /** A scalar with its variables put in. */
    record Text(String raw, String value, boolean incomplete, boolean secret, String origin) {
        String masked(String name, String shown) {
            return secret && !shown.isEmpty() ? Secrets.MASK : Secrets.mask(name, shown);
        }

        /** A message that quotes the value, with the reference in place of a secret. */
        String hide(String message) {
            boolean inTheOpen = Secrets.isIn(value);
            return secret || inTheOpen ? message.replace(value, inTheOpen && !secret ? Secrets.MASK : raw) : message;
        }
    }

    void count(Node node, Place place) {
        if (++counted > MAX_NODES || place.depth() > MAX_DEPTH) {
            error(node, place, "The aliases of this file unfold to too much, or to themselves. Write the values out.");
            throw new TooLarge();
        }
    }

    Position position(Node node) {
        return new Position(
                shownFile,
                node.getStartMark().getLine() + 1,
                node.getStartMark().getColumn() + 1);
    }

    void error(Node node, Place place, String message) {
        reading.report(Finding.Severity.ERROR, position(node), place.path(), message);
    }

    /** The entries of a mapping, merge keys included; duplicates and keys that are not text are reported. */
    Map<String, Entry> entries(Node node, Place place) {
        return entries(node, place, false);
    }

    /**
     * The entries of a mapping.
     *
     * @param joined whether a list of mappings is accepted too, as if they were one
     */
    Map<String, Entry> entries(Node node, Place place, boolean joined) {
        count(node, place);
        if (joined && node instanceof SequenceNode parts) {
            Map<String, Entry> all = new LinkedHashMap<>();
            for (Node part : parts.getValue()) {
                entries(part, place).forEach((name, entry) -> putOnce(all, name, entry, place));
            }
            return all;
        }
        if (!(node instanceof MappingNode mapping)) {
            error(node, place, "This is " + describe(node) + ", where a map (key: value) belongs.");
            return Map.of();
        }
        Map<String, Entry> merged = new LinkedHashMap<>();
        Map<String, Entry> own = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                error(tuple.getKeyNode(), place, "A key must be a single word.");
            } else if (Tag.MERGE.equals(key.getTag())) {
                Node source = tuple.getValueNode();
                for (Node part : source instanceof SequenceNode list ? list.getValue() : java.util.List.of(source)) {
                    entries(part, place.key("<<")).forEach(merged::putIfAbsent);
                }
            } else {
                putOnce(own, key.getValue(), new Entry(key, tuple.getValueNode()), place);
            }
        }
        merged.forEach(own::putIfAbsent);
        return own;
    }

    private void putOnce(Map<String, Entry> entries, String name, Entry entry, Place place) {
        Entry first = entries.putIfAbsent(name, entry);
        if (first != null) {
            error(
                    entry.key(),
                    place,
                    "The key \"" + shorten(name) + "\" stands here twice, first in line "
                            + position(first.key()).line() + ". Remove one; the first is used.");
        }
    }

    /** The text of a scalar with its variables put in; what is missing is reported to the reading. */
    Text text(ScalarNode node, Place place) {
        String raw = node.getValue();
        Substitution.Result result = reading.substitute(raw);
        for (String malformed : result.malformed()) {
            error(
                    node,
                    place,
                    "\"" + shorten(malformed)
                            + "\" is not a reference to a variable. Write ${NAME} or ${NAME:-default}, or $$ for a"
                            + " dollar sign.");
        }
        result.unset()
                .forEach((name, message) ->
                        reading.missing(new Reading.Unset(file, place.path(), position(node), name, message)));
        String variables = result.origins().entrySet().stream()
                .map(variable -> variable.getKey() + " from " + variable.getValue())
                .collect(Collectors.joining(", "));
        String origin = position(node) + (variables.isEmpty() ? "" : " (" + variables + ")");
        boolean incomplete = !result.unset().isEmpty() || !result.malformed().isEmpty();
        return new Text(raw, result.text(), incomplete, result.holdsSecret(), origin);
    }

    /** Any value as it stands, for parts that are kept without being understood. */
    JsonNode tree(Node node, Place place) {
        count(node, place);
        if (node instanceof SequenceNode sequence) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            int index = 0;
            for (Node item : sequence.getValue()) {
                array.add(tree(item, place.item(index++)));
            }
            return array;
        }
        if (node instanceof ScalarNode scalar) {
            return JsonNodeFactory.instance.textNode(text(scalar, place).value());
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        entries(node, place).forEach((name, entry) -> object.set(name, tree(entry.value(), place.entry(name))));
        return object;
    }

    static boolean isNull(Node node) {
        return Tag.NULL.equals(node.getTag());
    }

    static String describe(Node node) {
        return node instanceof MappingNode ? "a map" : node instanceof SequenceNode ? "a list" : "a single value";
    }

    static String shorten(String text) {
        return text.length() > 60 ? text.substring(0, 57) + "..." : text;
    }
}
