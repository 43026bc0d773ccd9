package io.forgemcp.server.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Everything a command gets from outside besides its arguments, so that tests can hand in their own.
 *
 * @param out for results
 * @param err for progress and errors
 * @param environment variables; may hold secrets, never printed
 * @param stopRequests gives what tells a command that runs until it is stopped
 */
record Shell(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        Supplier<StopRequest> stopRequests) {
    Shell {
        environment = Map.copyOf(environment);
    }

    /** The process's own. */
    static Shell system() {
        return new Shell(
                System.in, System.out, System.err, System.getenv(), () -> new StopRequest(Shell::endNow).onSignals());
    }

    private static void endNow() {
        Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
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
