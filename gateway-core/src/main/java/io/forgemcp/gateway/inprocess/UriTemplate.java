package io.forgemcp.gateway.inprocess;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Matches URIs against a template with simple variables (RFC 6570, level 1). */
final class UriTemplate {
    private static final Pattern VARIABLE = Pattern.compile("\\{([A-Za-z0-9_]+)}");

    private final Pattern pattern;
    private final List<String> names = new ArrayList<>();

    UriTemplate(String template) {
        StringBuilder regex = new StringBuilder();
        Matcher variables = VARIABLE.matcher(template);
        int from = 0;
        while (variables.find()) {
            regex.append(literal(template, from, variables.start())).append("([^/]*)");
            names.add(variables.group(1));
            from = variables.end();
        }
        pattern = Pattern.compile(
                regex.append(literal(template, from, template.length())).toString());
    }

    private static String literal(String template, int from, int to) {
        String part = template.substring(from, to);
        if (part.indexOf('{') >= 0 || part.indexOf('}') >= 0) {
            throw new IllegalArgumentException(
                    "\"" + template + "\" is not a URI template of simple variables such as notes://{folder}/{note}");
        }
        return Pattern.quote(part);
    }

    /** The decoded values of the variables, if the URI fits. */
    Optional<Map<String, String>> match(String uri) {
        Matcher matcher = pattern.matcher(uri);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            // A plus sign stands for itself in a URI; only forms make it a space.
            String value = matcher.group(i + 1).replace("+", "%2B");
            try {
                values.put(names.get(i), URLDecoder.decode(value, StandardCharsets.UTF_8));
            } catch (IllegalArgumentException badEscape) {
                return Optional.empty();
            }
        }
        return Optional.of(values);
    }
}
