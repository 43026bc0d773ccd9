package io.forgemcp.gateway.config.read;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts variables into a text: <code>${VAR}</code>, <code>${VAR:-default}</code> (also if empty), <code>${VAR-default}
 * </code> (only if unset), <code>${VAR:?message}</code>, and {@code $$} for a dollar sign. A dollar sign before anything
 * else stays as it is. Defaults may hold further references.
 */
final class Substitution {
    private static final Pattern REFERENCE =
            Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)(?:(:-|-|:\\?|\\?)(.*))?", Pattern.DOTALL);
    private static final int MAX_DEPTH = 8;

    private final Environment environment;

    Substitution(Environment environment) {
        this.environment = environment;
    }

    /**
     * A text with the variables put in.
     *
     * @param text references to unset variables stay as they stand
     * @param origins the variables that were put in, with where each came from
     * @param unset what is missing: the message by the name of the variable
     * @param malformed the first reference that is not well-formed; empty if there is none
     */
    record Result(String text, Map<String, String> origins, Map<String, String> unset, Set<String> malformed) {
        boolean holdsSecret() {
            return origins.keySet().stream().anyMatch(Secrets::isSecretName);
        }
    }

    Result apply(String raw) {
        Result result = new Result(raw, new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashSet<>());
        return raw.indexOf('$') < 0
                ? result
                : new Result(expand(raw, result, 0), result.origins(), result.unset(), result.malformed());
    }

    private String expand(String raw, Result result, int depth) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < raw.length()) {
            char c = raw.charAt(at);
            char next = at + 1 < raw.length() ? raw.charAt(at + 1) : 0;
            if (c == '$' && next == '$') {
                text.append('$');
                at += 2;
            } else if (c == '$' && next == '{') {
                int end = closingBrace(raw, at + 2);
                if (end < 0 || depth > MAX_DEPTH) {
                    result.malformed().add(raw.substring(at));
                    return text.append(raw, at, raw.length()).toString();
                }
                text.append(reference(raw.substring(at + 2, end), result, depth));
                at = end + 1;
            } else {
                text.append(c);
                at++;
            }
        }
        return text.toString();
    }

    private static int closingBrace(String raw, int from) {
        int open = 1;
        for (int i = from; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '{' && raw.charAt(i - 1) == '$') {
                open++;
            } else if (c == '}' && --open == 0) {
                return i;
            }
        }
        return -1;
    }

    private String reference(String inside, Result result, int depth) {
        Matcher matcher = REFERENCE.matcher(inside);
        if (!matcher.matches()) {
            result.malformed().add("${" + inside + "}");
            return "${" + inside + "}";
        }
        String name = matcher.group(1);
        String operator = matcher.group(2) == null ? "" : matcher.group(2);
        String argument = matcher.group(3) == null ? "" : matcher.group(3);
        String value = environment.find(name).orElse(null);
        boolean missing = value == null || (operator.startsWith(":") && value.isEmpty());
        if (!missing && value != null) {
            result.origins().put(name, environment.origin(name).orElse(""));
            return value;
        }
        if (operator.endsWith("-")) {
            return expand(argument, result, depth + 1);
        }
        String reason = value == null ? "is not set" : "is empty";
        result.unset().put(name, name + " " + reason + (argument.isBlank() ? "" : ": " + argument.strip()));
        return "${" + inside + "}";
    }
}
