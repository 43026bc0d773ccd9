package io.forgemcp.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Random;

/** A server that the soak runs in a container, and a call whose answer holds the token that was sent, a whole number. */
enum SoakServer {
    EVERYTHING("node, /srv/node_modules/@modelcontextprotocol/server-everything/dist/index.js", "echo"),
    EVERYTHING_HTTP(
            "node, /srv/node_modules/@modelcontextprotocol/server-everything/dist/index.js, streamableHttp", "echo"),
    /** An entity that is created a second time is left out of the answer, so a call that runs twice shows. */
    MEMORY("node, /srv/node_modules/@modelcontextprotocol/server-memory/dist/index.js", "create_entities"),
    THINKING(
            "node, /srv/node_modules/@modelcontextprotocol/server-sequential-thinking/dist/index.js",
            "sequentialthinking"),
    /** Our own, because none of the others answers as late as it is asked to. */
    SLOW("node, /srv/mini-server.js", "slow");

    private static final int LONGEST_MS = 700;

    private final String command;
    private final String tool;

    SoakServer(String command, String tool) {
        this.command = command;
        this.tool = tool;
    }

    /** The entry of services.yml for this server. */
    String entry(String name, String depth) {
        return "  " + name + ":\n"
                + "    image: forge-mcp-test/servers\n"
                + "    runtime: docker\n"
                + "    command: [" + command + "]\n"
                + (this == EVERYTHING_HTTP ? "    transport: streamable-http\n" : "")
                + "    environment: {MEMORY_FILE_PATH: /tmp/memory.jsonl, DISABLE_THOUGHT_LOGGING: \"true\"}\n"
                + "    resources: {memory: 192M}\n"
                + "    sleep_policy: {idle_timeout: 3s, min_sleep_time: 1s, depth: " + depth + "}\n";
    }

    String tool(String service) {
        return service + "-" + tool;
    }

    JsonNode arguments(long token, Random random) {
        return Json.of(
                switch (this) {
                    case EVERYTHING, EVERYTHING_HTTP -> "{'message':'" + token + "'}";
                    case MEMORY -> "{'entities':[{'name':'" + token + "','entityType':'token','observations':[]}]}";
                    case THINKING ->
                        "{'thought':'t','nextThoughtNeeded':false,'thoughtNumber':" + token + ",'totalThoughts':"
                                + token + "}";
                    case SLOW -> "{'token':'" + token + "','ms':" + random.nextInt(LONGEST_MS) + "}";
                });
    }
}
