package io.forgemcp.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A server spoken to over its standard streams with nothing in between: what the gateway is measured against. */
final class DirectServer implements AutoCloseable {
    private final Process process;
    private final BufferedWriter toServer;
    private final BufferedReader fromServer;
    private int lastId;

    private DirectServer(Process process) {
        this.process = process;
        toServer = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), UTF_8));
        fromServer = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    }

    /** Starts it and shakes hands as a client that offers nothing. */
    static DirectServer start(NpmServer server, Path directory) {
        ProcessBuilder builder = new ProcessBuilder(server.command(directory));
        builder.directory(directory.toFile());
        builder.environment().putAll(server.environment(directory));
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        try {
            DirectServer direct = new DirectServer(builder.start());
            direct.request(
                    "initialize",
                    Json.of(
                            "{'protocolVersion':'2025-11-25','capabilities':{},'clientInfo':{'name':'t','version':'1'}}"));
            direct.send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
            return direct;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The result or error of one request. */
    JsonNode request(String method, JsonNode params) {
        int id = ++lastId;
        send(Json.request(id, method, params));
        try {
            for (String line = fromServer.readLine(); line != null; line = fromServer.readLine()) {
                JsonNode message = Json.tree(line);
                if (message.has("id")
                        && !message.has("method")
                        && message.path("id").asInt() == id) {
                    return message.has("result") ? message.path("result") : message.path("error");
                }
            }
            throw new AssertionError("The server ended without an answer to " + method);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void send(String line) {
        try {
            toServer.write(line);
            toServer.write('\n');
            toServer.flush();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroy();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
