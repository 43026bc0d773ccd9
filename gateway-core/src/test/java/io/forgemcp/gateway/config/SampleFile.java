package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.DocumentedKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A YAML file with every key that its schema knows, made of the schema. */
final class SampleFile {
    private static final String NAME = "sample";

    private final Map<String, Object> root = new LinkedHashMap<>();
    private final List<String> leaves = new ArrayList<>();

    static SampleFile of(Class<? extends Record> schema) {
        SampleFile sample = new SampleFile();
        DocumentedKey.of(schema).forEach(sample::add);
        return sample;
    }

    Map<String, Object> root() {
        return root;
    }

    /** The key paths of the single values. */
    List<String> leaves() {
        return leaves;
    }

    private void add(DocumentedKey key) {
        String[] path = key.pattern().replace("<name>", NAME).split("\\.");
        Map<String, Object> section = root;
        for (int i = 0; i < path.length - 1; i++) {
            section = enter(section, path[i]);
        }
        String last = path[path.length - 1];
        String type = key.type();
        if (type.equals("section") || type.equals("sections by name") || type.startsWith("list of sections")) {
            return;
        }
        Object value = value(type, key.standard());
        if (value == null) {
            return;
        }
        section.put(last, value);
        String at = String.join(".", path).replace("[]", "[0]");
        if (!(value instanceof Map) && !(value instanceof List)) {
            leaves.add(at);
        } else if (value instanceof List) {
            leaves.add(at + "[0]");
        } else {
            leaves.add(at + "." + NAME);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> enter(Map<String, Object> section, String token) {
        if (!token.endsWith("[]")) {
            return (Map<String, Object>) section.computeIfAbsent(token, key -> new LinkedHashMap<String, Object>());
        }
        List<Object> list = (List<Object>)
                section.computeIfAbsent(token.substring(0, token.length() - 2), key -> new ArrayList<>());
        if (list.isEmpty()) {
            list.add(new LinkedHashMap<String, Object>());
        }
        return (Map<String, Object>) list.get(0);
    }

    private static Object value(String type, String standard) {
        if (type.startsWith("map of list of sections") || type.equals("anything")) {
            return null;
        }
        if (type.startsWith("map of ")) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put(NAME, scalar(type.substring("map of ".length()), ""));
            return map;
        }
        if (type.startsWith("list of ")) {
            return new ArrayList<>(List.of(scalar(type.substring("list of ".length()), "")));
        }
        return scalar(type, standard);
    }

    private static Object scalar(String type, String standard) {
        if (!standard.isEmpty()) {
            return standard;
        }
        if (type.startsWith("`")) {
            return type.substring(1, type.indexOf('`', 1));
        }
        if (type.startsWith("time to wake")) {
            return "daily 08:30";
        }
        return type.startsWith("URL") ? "http://host.example/x" : type.startsWith("text") ? "some text" : "1";
    }

    /** Adds a key to every section whose keys are fixed; returns their key paths. */
    Set<String> addToEverySection(String key, Object value) {
        Set<String> fixed = new LinkedHashSet<>();
        fixed.add("");
        for (String leaf : leaves) {
            String section = leaf;
            while (section.contains(".")) {
                section = section.substring(0, section.lastIndexOf('.'));
                boolean open = leaf.startsWith(section + "." + NAME);
                if (!open) {
                    fixed.add(section);
                }
            }
        }
        fixed.forEach(path -> section(path).put(key, value));
        return fixed;
    }

    /** Puts a value in place of every single value; returns their key paths. */
    List<String> replaceEveryLeaf(Map<String, Object> replacement) {
        for (String leaf : leaves) {
            // A copy each: one object in many places is written as an alias.
            Map<String, Object> value = new LinkedHashMap<>(replacement);
            if (leaf.endsWith("]")) {
                String list = leaf.substring(0, leaf.lastIndexOf('['));
                section(parent(list)).put(last(list), new ArrayList<>(List.of(value)));
            } else {
                section(parent(leaf)).put(last(leaf), value);
            }
        }
        return leaves;
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> section(String path) {
        Object at = root;
        for (String token : path.isEmpty() ? new String[0] : path.split("\\.")) {
            String key = token.replaceAll("\\[0]$", "");
            at = ((Map<String, Object>) at).get(key);
            if (token.endsWith("[0]")) {
                at = ((List<Object>) at).get(0);
            }
        }
        return (Map<String, Object>) at;
    }

    private static String parent(String path) {
        return path.contains(".") ? path.substring(0, path.lastIndexOf('.')) : "";
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }
}
