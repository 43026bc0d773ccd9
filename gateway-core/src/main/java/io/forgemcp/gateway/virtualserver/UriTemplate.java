package io.forgemcp.gateway.virtualserver;

import java.util.regex.Pattern;

/**
 * Says whether a URI can come from a URI template (RFC 6570), which is all that routing needs: every expression matches
 * any text, reserved characters included, so that no server loses a resource to a stricter reading than its own.
 */
final class UriTemplate {
    private static final Pattern EXPRESSION = Pattern.compile("\\{[^}]*\\}");

    private final Pattern pattern;
    private final int literalLength;

    UriTemplate(String template) {
        StringBuilder regex = new StringBuilder();
        int literal = 0;
        String[] parts = EXPRESSION.split(template, -1);
        for (int i = 0; i < parts.length; i++) {
            regex.append(i > 0 ? ".*" : "").append(Pattern.quote(parts[i]));
            literal += parts[i].length();
        }
        pattern = Pattern.compile(regex.toString(), Pattern.DOTALL);
        literalLength = literal;
    }

    boolean matches(String uri) {
        return pattern.matcher(uri).matches();
    }

    /** How much of the template is fixed: of several that match, the one with the most is meant. */
    int literalLength() {
        return literalLength;
    }
}
