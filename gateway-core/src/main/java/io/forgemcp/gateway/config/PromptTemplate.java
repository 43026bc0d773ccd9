package io.forgemcp.gateway.config;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A prompt of {@code prompts.txt}.
 *
 * @param template with <code>{{name}}</code> for each argument
 */
public record PromptTemplate(String name, String description, String template) {
    private static final Pattern ARGUMENT = Pattern.compile("\\{\\{\\s*([A-Za-z_][A-Za-z0-9_-]*)\\s*}}");

    /** The names of its arguments, each once, in the order of the template. */
    public List<String> arguments() {
        return ARGUMENT.matcher(template)
                .results()
                .map(match -> match.group(1))
                .distinct()
                .toList();
    }
}
