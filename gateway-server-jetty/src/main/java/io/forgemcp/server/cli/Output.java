package io.forgemcp.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintStream;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** Where a command writes its result: for people by default, for programs with {@code --json}. */
final class Output {
    private final Shell shell;

    @Option(names = "--json", description = "Print one JSON document to standard output instead of text.")
    private boolean json;

    Output(Shell shell) {
        this.shell = shell;
    }

    Shell shell() {
        return shell;
    }

    boolean json() {
        return json;
    }

    /**
     * Prints the result once, in the form that was asked for.
     *
     * @param document any value that Jackson can write
     * @param text writes the same for people
     */
    void print(Object document, Consumer<PrintStream> text) {
        if (json) {
            shell.out().println(write(document));
        } else {
            text.accept(shell.out());
        }
    }

    /** Says why the command failed: on standard error, and as the JSON document where one was asked for. */
    void failed(CommandFailure failure) {
        if (json) {
            shell.out()
                    .println(write(
                            Map.of("error", Map.of("message", failure.getMessage(), "exitCode", failure.exitCode()))));
        }
        shell.err().println("forge-gateway: " + failure.getMessage());
    }

    private static String write(Object document) {
        try {
            return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The result cannot be written as JSON", e);
        }
    }
}
