package io.forgemcp.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintStream;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** Where a command writes its result: for people by default, for programs with {@code --json}. */
final class Output {
    private final PrintStream out;

    @Option(names = "--json", description = "Print one JSON document to standard output instead of text.")
    private boolean json;

    Output(PrintStream out) {
        this.out = out;
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
        if (!json) {
            text.accept(out);
            return;
        }
        try {
            out.println(new ObjectMapper()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .writeValueAsString(document));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The result cannot be written as JSON", e);
        }
    }
}
