package io.forgemcp.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An MCP client over streamable HTTP that shows every byte and hides no mistake. One thread at a time. */
final class GatewayClient implements AutoCloseable {
    /** Shared, so that the tests' own threads do not look like the gateway's. */
    static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final URI endpoint;
    private final List<JsonNode> notifications = new ArrayList<>();
    private @Nullable String session;
    private int lastId;

    GatewayClient(URI endpoint) {
        this.endpoint = endpoint;
    }

    /** Shakes hands and keeps the session. */
    JsonNode initialize() {
        HttpResponse<String> response = post(Json.request(
                ++lastId,
                "initialize",
                Json.of("{'protocolVersion':'2025-11-25','capabilities':{},'clientInfo':{'name':'t','version':'1'}}")));
        session = response.headers().firstValue("Mcp-Session-Id").orElseThrow();
        JsonNode answer = last(response.body());
        post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
        return answer.path("result");
    }

    /** The result or error of one request. */
    JsonNode request(String method, JsonNode params) {
        JsonNode answer = last(post(Json.request(++lastId, method, params)).body());
        if (answer.path("id").asInt() != lastId) {
            throw new AssertionError("Asked with id " + lastId + ", answered " + answer);
        }
        return answer.has("result") ? answer.path("result") : answer.path("error");
    }

    JsonNode call(String tool, JsonNode arguments) {
        return request("tools/call", Json.of("{'name':'" + tool + "','arguments':" + arguments + "}"));
    }

    /** The text of one request's answer, byte for byte. */
    String raw(String method, JsonNode params) {
        return post(Json.request(++lastId, method, params)).body();
    }

    HttpResponse<String> post(String body) {
        try {
            return HTTP.send(
                    builder()
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    /** A request with this client's session, to be completed. */
    HttpRequest.Builder builder() {
        HttpRequest.Builder builder = HttpRequest.newBuilder(endpoint)
                .timeout(TIMEOUT)
                .header("Accept", "application/json, text/event-stream");
        if (session != null) {
            builder.header("Mcp-Session-Id", session).header("MCP-Protocol-Version", "2025-11-25");
        }
        return builder;
    }

    @Nullable
    String session() {
        return session;
    }

    /** What came before answers, oldest first. */
    List<JsonNode> notifications() {
        return notifications;
    }

    /** The last message of a body that is JSON or an event stream; those before it are remembered. */
    JsonNode last(String body) {
        if (body.startsWith("{")) {
            return Json.tree(body);
        }
        JsonNode last = null;
        for (String line : body.split("\r?\n")) {
            if (line.startsWith("data:") && line.length() > 6) {
                if (last != null) {
                    notifications.add(last);
                }
                last = Json.tree(line.substring(5));
            }
        }
        if (last == null) {
            throw new AssertionError("No message in: " + body);
        }
        return last;
    }

    @Override
    public void close() {
        if (session != null) {
            try {
                HTTP.send(builder().DELETE().build(), BodyHandlers.discarding());
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            session = null;
        }
    }
}
