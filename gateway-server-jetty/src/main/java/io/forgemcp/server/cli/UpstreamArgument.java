package io.forgemcp.server.cli;

import io.forgemcp.gateway.config.read.Words;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;

/** An MCP server given on the command line, {@code name=URL} or {@code name=COMMAND}, as a service. */
final class UpstreamArgument {
    // No program is called like this, and as a command it would only fail at its first call.
    private static final Pattern OTHER_SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://");

    private UpstreamArgument() {}

    static ServiceDefinition parse(String argument) {
        int separator = argument.indexOf('=');
        if (separator < 1 || argument.substring(separator + 1).isBlank()) {
            throw refused(argument, "it is not NAME=URL or NAME=COMMAND");
        }
        String name = argument.substring(0, separator).strip();
        String target = argument.substring(separator + 1).strip();
        try {
            if (target.regionMatches(true, 0, "http://", 0, 7) || target.regionMatches(true, 0, "https://", 0, 8)) {
                return ServiceDefinition.http(name, URI.create(target)).build();
            }
            if (OTHER_SCHEME.matcher(target).lookingAt()) {
                throw refused(argument, "the URL of an MCP server begins with http:// or https://");
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
