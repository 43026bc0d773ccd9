package io.forgemcp.it;

import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The five servers from npm that every release has to get along with. */
enum NpmServer {
    EVERYTHING("@modelcontextprotocol/server-everything/dist/index.js"),
    MEMORY("@modelcontextprotocol/server-memory/dist/index.js"),
    FILESYSTEM("@modelcontextprotocol/server-filesystem/dist/index.js"),
    THINKING("@modelcontextprotocol/server-sequential-thinking/dist/index.js"),
    PLAYWRIGHT("@playwright/mcp/cli.js");

    private final String file;

    NpmServer(String file) {
        this.file = file;
    }

    String slug() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** The command that runs it, confined to this directory where it writes anything. */
    List<String> command(Path directory) {
        List<String> command =
                new ArrayList<>(List.of("node", Checkout.npm(file).toString()));
        switch (this) {
            case FILESYSTEM -> command.add(directory.toString());
            case PLAYWRIGHT -> {
                command.addAll(List.of("--headless", "--isolated", "--no-sandbox"));
                Path chromium = Path.of("/usr/bin/chromium");
                if (Files.exists(chromium)) {
                    command.addAll(List.of("--executable-path", chromium.toString()));
                }
            }
            default -> {}
        }
        return command;
    }

    Map<String, String> environment(Path directory) {
        return this == MEMORY
                ? Map.of("MEMORY_FILE_PATH", directory.resolve("memory.jsonl").toString())
                : Map.of();
    }

    ServiceDefinition service(Path directory) {
        List<String> command = command(directory);
        return ServiceDefinition.stdio(slug(), command.toArray(String[]::new))
                .launch(new Launch.Command(null, command, environment(directory), List.of(), directory, 0, "/mcp"))
                .build();
    }
}
