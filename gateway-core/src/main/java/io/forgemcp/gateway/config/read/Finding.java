package io.forgemcp.gateway.config.read;

import java.util.Comparator;
import java.util.Locale;

/**
 * Something to know about the configuration: what is wrong, where, and what to write instead.
 *
 * @param file as the user would open it, for example {@code config/services.yml}
 * @param line from 1; 0 if it concerns the whole file
 * @param column from 1; 0 if it concerns the whole line
 * @param keyPath keys from the top of the file joined with dots; empty if it concerns no key
 * @param message never holds a secret
 */
public record Finding(Severity severity, String file, int line, int column, String keyPath, String message)
        implements Comparable<Finding> {
    private static final Comparator<Finding> ORDER = Comparator.comparing(Finding::file)
            .thenComparing(Finding::line)
            .thenComparing(Finding::column)
            .thenComparing(Finding::message);

    /** How bad it is. */
    public enum Severity {
        /** Wrong: the value is not used. */
        ERROR,
        /** Contradictory or risky: the message says which value is used. */
        WARNING,
        /** Worth knowing. */
        INFO
    }

    /** By file, then by place. */
    @Override
    public int compareTo(Finding other) {
        return ORDER.compare(this, other);
    }

    /** {@code severity file:line:column: key.path: message}, the form that {@code config validate} prints. */
    public String describe() {
        return severity.name().toLowerCase(Locale.ROOT) + " " + this;
    }

    /** {@code file:line:column: key.path: message}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(file);
        if (line > 0) {
            text.append(':').append(line);
        }
        if (column > 0) {
            text.append(':').append(column);
        }
        text.append(": ");
        if (!keyPath.isEmpty()) {
            text.append(keyPath).append(": ");
        }
        return text.append(message).toString();
    }
}
