package io.forgemcp.gateway.config.read;

import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The notation of {@code .env} files: {@code NAME=value} lines, {@code export} allowed in front, values bare, in single
 * quotes (as they are) or in double quotes (with {@code \n}, {@code \"} and {@code \\}); {@code #} begins a comment.
 */
final class EnvironmentFile {
    private static final Pattern LINE =
            Pattern.compile("\\s*(?:export\\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\\s*=\\s*(.*?)\\s*", Pattern.DOTALL);
    private static final Pattern COMMENT = Pattern.compile("\\s#.*$");

    private EnvironmentFile() {}

    interface Target {
        void variable(String name, String value, int line);
    }

    static void parse(String file, String text, Target target, Consumer<Finding> findings) {
        int number = 0;
        for (String line : text.split("\\R", -1)) {
            number++;
            String stripped = line.strip();
            if (stripped.isEmpty() || stripped.startsWith("#")) {
                continue;
            }
            Matcher matcher = LINE.matcher(line);
            if (stripped.startsWith("<<<<<<<") || stripped.startsWith("=======") || stripped.startsWith(">>>>>>>")) {
                findings.accept(
                        error(file, number, "This is the marker of a merge conflict. Keep one side and remove it."));
            } else if (!matcher.matches()) {
                // The line is not quoted: it may hold a secret.
                findings.accept(error(file, number, "The line is not NAME=value. Begin comments with #."));
            } else {
                read(file, number, matcher.group(1), matcher.group(2), target, findings);
            }
        }
    }

    private static void read(
            String file, int line, String name, String raw, Target target, Consumer<Finding> findings) {
        char quote = raw.isEmpty() ? 0 : raw.charAt(0);
        if (quote != '"' && quote != '\'') {
            target.variable(
                    name,
                    raw.startsWith("#")
                            ? ""
                            : COMMENT.matcher(raw).replaceFirst("").strip(),
                    line);
            return;
        }
        StringBuilder value = new StringBuilder();
        for (int i = 1; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == quote) {
                target.variable(name, value.toString(), line);
                return;
            }
            if (c == '\\' && quote == '"' && i + 1 < raw.length()) {
                char next = raw.charAt(++i);
                value.append(next == 'n' ? '\n' : next == 't' ? '\t' : next);
            } else {
                value.append(c);
            }
        }
        findings.accept(error(file, line, name + " begins with a " + quote + " that is never closed."));
    }

    private static Finding error(String file, int line, String message) {
        return new Finding(Finding.Severity.ERROR, file, line, 1, "", message);
    }
}
