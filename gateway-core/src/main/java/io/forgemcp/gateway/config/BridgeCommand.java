package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The stdio command inside a command that wraps it in a bridge from stdio to HTTP. Existing deployments wrap every
 * server in {@code python3 -m forge.translate --stdio "npx -y some-server" extra --expose-sse --port 8013}, where what
 * the bridge does not know belongs to the server.
 */
final class BridgeCommand {
    private static final Set<String> FLAGS =
            Set.of("--expose-sse", "--expose-streamable-http", "--stateless", "--shared", "--debug");
    private static final Set<String> OPTIONS = Set.of(
            "--port",
            "--host",
            "--sse-path",
            "--message-path",
            "--keep-alive",
            "--oauth2-bearer",
            "--header",
            "--cors",
            "--log-level",
            "--idle-timeout",
            "--max-sessions");

    private BridgeCommand() {}

    /** The command inside; empty if this is not a bridge. */
    static Optional<List<String>> unwrap(List<String> command) {
        int stdio = command.indexOf("--stdio");
        if (command.size() < 5
                || stdio < 3
                || stdio + 1 >= command.size()
                || !command.get(0).matches("(.*/)?python[0-9.]*")
                || !command.get(1).equals("-m")
                || !command.get(2).endsWith(".translate")) {
            return Optional.empty();
        }
        List<String> inside;
        try {
            inside = new ArrayList<>(Words.split(command.get(stdio + 1)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        List<String> rest = new ArrayList<>(command.subList(3, stdio));
        rest.addAll(command.subList(stdio + 2, command.size()));
        for (int i = 0; i < rest.size(); i++) {
            String word = rest.get(i);
            String option = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
            if (OPTIONS.contains(option)) {
                i += option.equals(word) ? 1 : 0;
            } else if (!FLAGS.contains(word)) {
                inside.add(word);
            }
        }
        return inside.isEmpty() ? Optional.empty() : Optional.of(inside);
    }
}
