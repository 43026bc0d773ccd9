package io.forgemcp.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The arguments of a tool: JSON on the command line, in a file, or on standard input. */
final class ArgumentsOption {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    @Option(
            names = "--args",
            paramLabel = "JSON",
            defaultValue = "{}",
            description = "The tool's arguments as a JSON object; @FILE reads a file, - reads standard input.")
    private String text = "{}";

    ObjectNode read(Shell shell) {
        String json;
        try {
            json = source(shell);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.USAGE, "--args " + text + " cannot be read: " + e.getMessage(), e);
        }
        JsonNode node;
        try {
            node = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--args is not JSON: " + e.getOriginalMessage()
                            + ". Write for example --args '{\"city\":\"Oslo\"}'.",
                    e);
        }
        if (!(node instanceof ObjectNode object)) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--args must be a JSON object, for example '{\"city\":\"Oslo\"}', but is " + json);
        }
        return object;
    }

    private String source(Shell shell) throws IOException {
        if (text.equals("-")) {
            return new String(shell.in().readAllBytes(), StandardCharsets.UTF_8);
        }
        return text.startsWith("@") ? Files.readString(Path.of(text.substring(1))) : text;
    }
}
