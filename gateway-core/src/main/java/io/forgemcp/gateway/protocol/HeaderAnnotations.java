package io.forgemcp.gateway.protocol;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code x-mcp-header} marks of one schema and checks them: on integers, strings and booleans only, reached
 * through {@code properties} alone, with names that HTTP allows and that differ in more than case. Used once.
 */
final class HeaderAnnotations {
    static final String KEY = "x-mcp-header";

    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+\\-.^_`|~0-9A-Za-z]+");
    private static final Set<String> TYPES = Set.of("integer", "string", "boolean");
    /** Keywords whose schemas hold no marks, because a parameter there has no one place in the arguments. */
    private static final Set<String> ELSEWHERE = Set.of(
            "items",
            "prefixItems",
            "contains",
            "additionalProperties",
            "unevaluatedProperties",
            "unevaluatedItems",
            "propertyNames",
            "oneOf",
            "anyOf",
            "allOf",
            "not",
            "if",
            "then",
            "else");
    /** The same, where the keyword holds schemas by name. */
    private static final Set<String> ELSEWHERE_BY_NAME =
            Set.of("patternProperties", "dependentSchemas", "$defs", "definitions");

    private final List<ParameterHeaders.Parameter> parameters = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private @Nullable String fault;

    ParameterHeaders read(JsonSlice schema) {
        visit(schema, List.of(), true);
        if (fault != null) {
            return new ParameterHeaders(List.of(), fault);
        }
        return parameters.isEmpty() ? ParameterHeaders.NONE : new ParameterHeaders(parameters, null);
    }

    private void visit(JsonSlice schema, List<String> path, boolean reachable) {
        JsonSlice mark = schema.member(KEY);
        if (mark != null) {
            take(mark, schema.textMember("type"), path, reachable);
        }
        schema.members((keyword, value) -> {
            if (keyword.equals("properties")) {
                value.members((name, property) -> {
                    List<String> deeper = new ArrayList<>(path);
                    deeper.add(name);
                    visit(property, deeper, reachable);
                });
            } else if (ELSEWHERE.contains(keyword)) {
                visit(value, path, false);
                value.elements().forEach(branch -> visit(branch, path, false));
            } else if (ELSEWHERE_BY_NAME.contains(keyword)) {
                value.members((name, branch) -> visit(branch, path, false));
            }
        });
    }

    private void take(JsonSlice mark, @Nullable String type, List<String> path, boolean reachable) {
        String where = path.isEmpty() ? "its root" : "\"" + String.join(".", path) + "\"";
        if (!reachable || path.isEmpty()) {
            complain(KEY + " stands at " + where + ", which is not reached through properties alone");
        } else if (!mark.isString() || !TOKEN.matcher(mark.text()).matches()) {
            complain(KEY + " of " + where + " is not the name of a header: " + mark);
        } else if (type == null || !TYPES.contains(type)) {
            complain(KEY + " of " + where + " is on a parameter of type " + type
                    + "; only integer, string and boolean may have one");
        } else if (!names.add(ParameterHeaders.caseless(mark.text()))) {
            complain(KEY + " \"" + mark.text() + "\" is used twice");
        } else {
            parameters.add(new ParameterHeaders.Parameter(
                    List.copyOf(path), ParameterHeaders.headerName(mark.text()), type.equals("integer")));
        }
    }

    private void complain(String what) {
        if (fault == null) {
            fault = what;
        }
    }
}
