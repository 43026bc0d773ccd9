package io.forgemcp.server.cli;

import io.forgemcp.gateway.config.read.Words;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.net.URI;
import java.util.List;

/** An MCP server given on the command line, {@code name=URL} or {@code name=COMMAND}, as a service. */
final class UpstreamArgument {
    private UpstreamArgument() {}

    static ServiceDefinition parse(String argument) {
        int separator = argument.indexOf('=');
        if (separator < 1 || argument.substring(separator + 1).isBlank()) {
            throw refused(argument, "it is not NAME=URL or NAME=COMMAND");
        }
        String name = argument.substring(0, separator).strip();
        String target = argument.substring(separator + 1).strip();
        try {
            if (target.startsWith("http://") || target.startsWith("https://")) {
                return ServiceDefinition.http(name, URI.create(target)).build();
            }
            List<String> words = Words.split(target);
            return ServiceDefinition.stdio(name, words.toArray(String[]::new)).build();
        } catch (IllegalArgumentException e) {
            throw refused(argument, String.valueOf(e.getMessage()));
        }
    }

    private static CommandFailure refused(String argument, String reason) {
        return new CommandFailure(
                ExitCode.USAGE,
                "--upstream \"" + argument + "\" cannot be used: " + reason
                        + ". Write for example docs=http://127.0.0.1:8123/mcp or files=\"npx -y some-server\".");
    }
}
