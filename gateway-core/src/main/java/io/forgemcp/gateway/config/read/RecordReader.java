package io.forgemcp.gateway.config.read;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Fills records whose components are declared with {@link Key} from the nodes of one YAML file. Goes on after every
 * problem, so that one pass finds them all; a value that cannot be used is replaced by its default.
 */
final class RecordReader {
    private final String file;
    private final Reading reading;
    private final NodeReader nodes;

    RecordReader(String file, String shownFile, Reading reading) {
        this.file = file;
        this.reading = reading;
        this.nodes = new NodeReader(file, shownFile, reading);
    }

    <T extends Record> T read(Class<T> type, @Nullable Node root) {
        try {
            return type.cast(
                    Objects.requireNonNull(record(type, root, Place.TOP, false), "a file has no required keys"));
        } catch (NodeReader.TooLarge e) {
            return type.cast(
                    Objects.requireNonNull(record(type, null, Place.TOP, false), "a file has no required keys"));
        }
    }

    private @Nullable Object value(Slot slot, @Nullable Node node, Place place) {
        if (node == null || NodeReader.isNull(node)) {
            return absent(slot, place);
        }
        nodes.count(node, place);
        if (slot.isRecord()) {
            return record(slot.plainType(), node, place, slot.key().joined());
        }
        if (slot.isMap()) {
            return map(slot, node, place);
        }
        if (slot.isList()) {
            return list(slot, node, place);
        }
        if (slot.isTree()) {
            reading.wrote(file, place, nodes.position(node));
            return nodes.tree(node, place);
        }
        reading.wrote(file, place, nodes.position(node));
        return node instanceof ScalarNode scalar
                ? scalar(slot, scalar, place)
                : wrongType(slot, node, place, "a single value");
    }

    private @Nullable Object absent(Slot slot, Place place) {
        if (slot.isList()) {
            return List.of();
        }
        if (slot.isMap()) {
            return Map.of();
        }
        if (slot.nullable() && slot.key().standard().equals(Key.NONE)) {
            return null;
        }
        if (slot.isTree()) {
            return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
        }
        if (slot.isRecord()) {
            return record(slot.plainType(), null, place, false);
        }
        return standard(slot, place);
    }

    private @Nullable Object standard(Slot slot, Place place) {
        if (slot.key().standard().equals(Key.NONE)) {
            return null;
        }
        Object value = Scalar.parse(slot.plainType(), slot.key().standard(), slot.key());
        reading.value(file, place.path(), Scalar.format(value), "default");
        return value;
    }

    private @Nullable Object wrongType(Slot slot, Node node, Place place, String wanted) {
        nodes.error(node, place, "This is " + NodeReader.describe(node) + ", where " + wanted + " belongs.");
        return absent(slot, place);
    }

    private @Nullable Object scalar(Slot slot, ScalarNode node, Place place) {
        NodeReader.Text text = nodes.text(node, place);
        if (text.incomplete()) {
            return slot.nullable() || slot.type() != String.class ? absent(slot, place) : text.value();
        }
        try {
            Object value = Scalar.parse(slot.plainType(), text.value(), slot.key());
            reading.value(file, place.path(), text.masked(place.lastKey(), Scalar.format(value)), text.origin());
            return value;
        } catch (IllegalArgumentException e) {
            nodes.error(node, place, text.hide(String.valueOf(e.getMessage())));
            return absent(slot, place);
        }
    }

    private List<Object> list(Slot slot, Node node, Place place) {
        reading.wrote(file, place, nodes.position(node));
        List<Object> items = new ArrayList<>();
        if (slot.key().words() && node instanceof ScalarNode scalar) {
            try {
                items.addAll(Words.split(nodes.text(scalar, place).value()));
            } catch (IllegalArgumentException e) {
                nodes.error(node, place, String.valueOf(e.getMessage()));
            }
        } else if (node instanceof SequenceNode sequence) {
            Slot element = slot.element();
            int index = 0;
            for (Node item : sequence.getValue()) {
                Place at = place.item(index++);
                if (NodeReader.isNull(item)) {
                    nodes.error(item, at, "This item has no value. Write \"\" for an empty text or remove it.");
                    continue;
                }
                Object value = value(element, item, at);
                if (value != null) {
                    items.add(value);
                }
            }
        } else {
            wrongType(slot, node, place, "a list");
        }
        return Collections.unmodifiableList(items);
    }

    private Map<String, Object> map(Slot slot, Node node, Place place) {
        reading.wrote(file, place, nodes.position(node));
        Map<String, Object> entries = new LinkedHashMap<>();
        nodes.entries(node, place).forEach((name, entry) -> {
            Place at = place.entry(name);
            String key = nodes.text(entry.key(), at).value();
            if (NodeReader.isNull(entry.value()) && slot.element().isScalar()) {
                nodes.error(entry.key(), at, "This key has no value. Write \"\" for an empty text.");
                return;
            }
            wroteSection(entry, at);
            Object value = value(slot.element(), entry.value(), at);
            if (value != null) {
                entries.put(key, value);
            }
        });
        return Collections.unmodifiableMap(entries);
    }

    private @Nullable Object record(Class<?> type, @Nullable Node node, Place place, boolean joined) {
        Map<String, NodeReader.Entry> entries = Map.of();
        if (node != null) {
            if (!place.path().isEmpty()) {
                reading.wrote(file, place, nodes.position(node));
            }
            entries = nodes.entries(node, place, joined);
        }
        List<Slot> slots = Slot.of(type);
        Object[] arguments = new Object[slots.size()];
        boolean complete = true;
        for (int i = 0; i < arguments.length; i++) {
            Slot slot = slots.get(i);
            NodeReader.Entry entry = entries.get(slot.name());
            if (entry != null) {
                wroteSection(entry, place.key(slot.name()));
            }
            arguments[i] = value(slot, entry == null ? null : entry.value(), place.key(slot.name()));
            if (arguments[i] == null && !slot.nullable()) {
                complete = false;
                if (entry == null && node != null) {
                    nodes.error(
                            node,
                            place,
                            "The key \"" + slot.name() + "\" is missing: "
                                    + slot.key().value());
                }
            }
        }
        reportUnknown(entries, slots, place);
        return complete ? construct(type, arguments, node, place) : null;
    }

    /** A section stands where its key is, not where the first key in it is. */
    private void wroteSection(NodeReader.Entry entry, Place place) {
        if (!(entry.value() instanceof ScalarNode)) {
            reading.wrote(file, place, nodes.position(entry.key()));
        }
    }

    private void reportUnknown(Map<String, NodeReader.Entry> entries, List<Slot> slots, Place place) {
        Set<String> known = slots.stream().map(Slot::name).collect(Collectors.toSet());
        entries.forEach((name, entry) -> {
            if (!known.contains(name)) {
                String meant = Suggestion.didYouMean(name, known);
                String choice = meant.isEmpty() && known.size() <= 12
                        ? " Known here: "
                                + String.join(
                                        ", ", slots.stream().map(Slot::name).toList()) + "."
                        : meant;
                nodes.error(entry.key(), place, "unknown key \"" + NodeReader.shorten(name) + "\"." + choice);
            }
        });
    }

    private @Nullable Object construct(Class<?> type, Object[] arguments, @Nullable Node node, Place place) {
        try {
            Class<?>[] types = Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new);
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused && node != null) {
                nodes.error(node, place, String.valueOf(refused.getMessage()));
                return null;
            }
            throw new IllegalStateException(type + " cannot be made of what was read", e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " has no usable constructor", e);
        }
    }
}
