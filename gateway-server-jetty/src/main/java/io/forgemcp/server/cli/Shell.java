package io.forgemcp.server.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;

/**
 * Everything a command gets from outside besides its arguments, so that tests can hand in their own.
 *
 * @param out for results
 * @param err for progress and errors
 * @param environment variables; may hold secrets, never printed
 */
record Shell(InputStream in, PrintStream out, PrintStream err, Map<String, String> environment) {
    Shell {
        environment = Map.copyOf(environment);
    }

    /** The process's own. */
    static Shell system() {
        return new Shell(System.in, System.out, System.err, System.getenv());
    }

    /** A variable that is set and not blank, or the fallback. */
    String variable(String name, String fallback) {
        String value = environment.getOrDefault(name, "");
        return value.isBlank() ? fallback : value.trim();
    }

    @Override
    public String toString() {
        return "Shell";
    }
}
