package io.forgemcp.gateway.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.representer.Representer;

/**
 * A YAML file as it is written, references to variables included, to be changed and written again. Only for files that
 * have been read without errors before: it checks nothing itself.
 */
final class YamlTree {
    private final Map<String, Object> root;
    private boolean changed;

    private YamlTree(Map<String, Object> root) {
        this.root = root;
    }

    static YamlTree read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return new YamlTree(new LinkedHashMap<>());
        }
        Object loaded = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
        return new YamlTree(loaded == null ? new LinkedHashMap<>() : asMap(loaded));
    }

    /** Whether anything has been set or removed to another effect than what stood there. */
    boolean isChanged() {
        return changed;
    }

    boolean isEmpty() {
        return root.isEmpty();
    }

    Optional<Object> find(String... path) {
        Object at = root;
        for (String key : path) {
            if (!(at instanceof Map<?, ?> map) || !map.containsKey(key)) {
                return Optional.empty();
            }
            at = map.get(key);
        }
        return Optional.ofNullable(at);
    }

    Map<String, Object> map(String... path) {
        return find(path).filter(Map.class::isInstance).map(YamlTree::asMap).orElse(Map.of());
    }

    /** The elements of a list as text; a single text counts as one element. */
    List<String> texts(String... path) {
        Object found = find(path).orElse(List.of());
        List<?> items = found instanceof List<?> list ? list : List.of(found);
        return items.stream().map(String::valueOf).toList();
    }

    void set(Object value, String... path) {
        Map<String, Object> at = root;
        for (int i = 0; i < path.length - 1; i++) {
            Object next = at.get(path[i]);
            if (!(next instanceof Map)) {
                next = new LinkedHashMap<String, Object>();
                at.put(path[i], next);
            }
            at = asMap(next);
        }
        Object before = at.put(path[path.length - 1], value);
        changed |= !value.equals(before);
    }

    void remove(String... path) {
        Map<String, Object> at = root;
        for (int i = 0; i < path.length - 1; i++) {
            if (!(at.get(path[i]) instanceof Map<?, ?> next)) {
                return;
            }
            at = asMap(next);
        }
        @Nullable Object before = at.remove(path[path.length - 1]);
        changed |= before != null;
    }

    String write(String comment) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setIndent(2);
        options.setWidth(120);
        options.setSplitLines(false);
        Representer representer = new Representer(options);
        return comment + new Yaml(representer, options).dump(copy(root));
    }

    /** Without shared parts, which would be written as anchors. */
    private static Object copy(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copied = new LinkedHashMap<>();
            map.forEach((key, item) -> copied.put(key, item == null ? "" : copy(item)));
            return copied;
        }
        if (value instanceof List<?> list) {
            List<Object> copied = new ArrayList<>();
            list.forEach(item -> copied.add(item == null ? "" : copy(item)));
            return copied;
        }
        return value;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> asMap(Object value) {
        return (Map<String, Object>) value;
    }
}
