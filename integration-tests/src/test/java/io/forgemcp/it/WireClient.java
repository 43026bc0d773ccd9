package io.forgemcp.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Speaks either generation of MCP and shows every message with the time when it came. Answers what the server asks from a
 * map of results by method. One thread at a time.
 */
final class WireClient {
    private static final Duration USUAL = Duration.ofSeconds(5);
    private static final ScheduledExecutorService DEADLINES = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "deadlines");
        thread.setDaemon(true);
        return thread;
    });
    private static final String META = "io.modelcontextprotocol/";

    private final URI endpoint;
    private final boolean modern;
    private final JsonNode capabilities;
    private final Map<String, String> results;
    private Duration timeout = USUAL;
    private String more = "";
    private @Nullable String session;

    private WireClient(URI endpoint, boolean modern, JsonNode capabilities, Map<String, String> results) {
        this.endpoint = endpoint;
        this.modern = modern;
        this.capabilities = capabilities;
        this.results = results;
    }

    /**
     * What came back for one request.
     *
     * @param messages what came, oldest first; the last one is the response if there was one
     * @param times when each of them came, {@link System#nanoTime}
     * @param lastEventId of the stream, null without one
     */
    record Exchange(
            int status,
            String type,
            List<JsonNode> messages,
            List<Long> times,
            @Nullable String lastEventId) {
        JsonNode last() {
            return messages.isEmpty() ? Json.of("{}") : messages.get(messages.size() - 1);
        }

        JsonNode result() {
            return last().path("result");
        }

        List<JsonNode> notifications(String method) {
            return messages.stream()
                    .filter(message -> message.path("method").asText().equals(method))
                    .toList();
        }
    }

    /** A client of 2026-07-28. */
    static WireClient modern(URI endpoint, String capabilities) {
        return new WireClient(endpoint, true, Json.of(capabilities), Map.of());
    }

    /** A client of 2025-11-25 that has shaken hands and gives these results when it is asked. */
    static WireClient legacy(URI endpoint, String capabilities, Map<String, String> results) {
        WireClient client = new WireClient(endpoint, false, Json.of(capabilities), results);
        HttpResponse<InputStream> response = client.post(Json.request(
                0,
                "initialize",
                Json.of("{'protocolVersion':'2025-11-25','clientInfo':{'name':'t','version':'1'},'capabilities':"
                        + capabilities + "}")));
        client.session = response.headers().firstValue("Mcp-Session-Id").orElse(null);
        client.read(response, message -> false);
        client.notify("notifications/initialized");
        return client;
    }

    static WireClient legacy(URI endpoint) {
        return legacy(endpoint, "{}", Map.of());
    }

    /** Waits longer than usual, for a server that has much to do. */
    WireClient within(Duration time) {
        timeout = time;
        return this;
    }

    /** Says this of every request too, members of {@code _meta} in single quotes; a client of the newer generation. */
    WireClient saying(String members) {
        more = "," + members.replace('\'', '"');
        return this;
    }

    int notify(String method) {
        HttpResponse<InputStream> response = post("{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\"}");
        read(response, message -> false);
        return response.statusCode();
    }

    Exchange call(String tool) {
        return request("7", "tools/call", "{'name':'" + tool + "','arguments':{}}");
    }

    /** Sends a request under this id and reads until it is answered or the stream ends. Single quotes stand for double ones. */
    Exchange request(String id, String method, String params) {
        return raw(id.replace('\'', '"'), method, params.replace('\'', '"'));
    }

    /** As {@link #request}, with every character sent as it is. */
    Exchange raw(String id, String method, String params) {
        JsonNode asked = Json.tree(id);
        return read(
                openRaw(id, method, params),
                message -> !message.has("method") && message.path("id").asText().equals(asked.asText()));
    }

    /** Sends a request and leaves what comes to the caller, who closes it. */
    HttpResponse<InputStream> open(String id, String method, String params) {
        return openRaw(id, method, params.replace('\'', '"'));
    }

    private HttpResponse<InputStream> openRaw(String id, String method, String params) {
        String body = text(id, method, params);
        HttpRequest.Builder request = builder();
        if (modern) {
            request.header("Mcp-Method", method);
            String member = method.equals("resources/read") ? "uri" : method.startsWith("tasks/") ? "taskId" : "name";
            String name = Json.tree(params).path(member).asText("");
            if (!name.isEmpty()) {
                request.header("Mcp-Name", name);
            }
        }
        return send(request.POST(BodyPublishers.ofString(body)).build());
    }

    /** A request as this client would send it. */
    String text(String id, String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":"
                + (modern ? withMeta(params) : params) + "}";
    }

    /** The parameters with what every request of the newer generation says about its client. */
    private String withMeta(String params) {
        String open = params.substring(0, params.lastIndexOf('}'));
        return open + (open.endsWith("{") ? "" : ",") + "\"_meta\":{\"" + META
                + "protocolVersion\":\"2026-07-28\",\"" + META + "clientInfo\":{\"name\":\"t\",\"version\":\"1\"},\""
                + META
                + "clientCapabilities\":" + capabilities + more + "}}";
    }

    /** Opens the stream of this session, after an event if one is given. */
    HttpResponse<InputStream> listen(@Nullable String lastEventId) {
        HttpRequest.Builder request = builder();
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        return send(request.GET().build());
    }

    int delete() {
        HttpResponse<InputStream> response = send(builder().DELETE().build());
        read(response, message -> false);
        return response.statusCode();
    }

    /** Reads messages, answering what the server asks, until one is the last one or the stream ends. */
    Exchange read(HttpResponse<InputStream> response, Function<JsonNode, Boolean> isLast) {
        String type = response.headers().firstValue("Content-Type").orElse("");
        List<JsonNode> messages = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        String lastEventId = null;
        Future<?> deadline = closeLater(response.body());
        try (InputStream body = response.body()) {
            if (!type.startsWith("text/event-stream")) {
                String text = new String(body.readAllBytes(), UTF_8);
                if (text.startsWith("{")) {
                    messages.add(Json.tree(text));
                    times.add(System.nanoTime());
                }
                return new Exchange(response.statusCode(), type, messages, times, null);
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(body, UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("id:")) {
                    lastEventId = line.substring(3).strip();
                } else if (line.startsWith("data:") && !line.substring(5).isBlank()) {
                    JsonNode message = Json.tree(line.substring(5));
                    messages.add(message);
                    times.add(System.nanoTime());
                    answer(message);
                    if (isLast.apply(message)) {
                        finish(body);
                        break;
                    }
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("After " + messages, failure);
        } finally {
            deadline.cancel(false);
        }
        return new Exchange(response.statusCode(), type, messages, times, lastEventId);
    }

    /**
     * Reads what follows the last message, most often just the end: closed before it, the stream would take its connection
     * with it, which may be another client's by then.
     */
    private static void finish(InputStream body) {
        Future<?> end = DEADLINES.schedule(
                () -> {
                    body.close();
                    return null;
                },
                1,
                TimeUnit.SECONDS);
        try {
            body.transferTo(OutputStream.nullOutputStream());
        } catch (IOException closed) {
            // The server keeps the stream open.
        } finally {
            end.cancel(false);
        }
    }

    /** A read that waits for a server cannot be interrupted, but ends when its stream is closed. */
    private Future<?> closeLater(InputStream body) {
        return DEADLINES.schedule(
                () -> {
                    body.close();
                    return null;
                },
                timeout.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void answer(JsonNode message) {
        String result = results.get(message.path("method").asText());
        if (message.has("id") && result != null) {
            read(
                    post("{\"jsonrpc\":\"2.0\",\"id\":" + message.path("id") + ",\"result\":"
                            + result.replace('\'', '"') + "}"),
                    ignored -> false);
        }
    }

    private HttpResponse<InputStream> post(String body) {
        return send(builder().POST(BodyPublishers.ofString(body)).build());
    }

    private HttpRequest.Builder builder() {
        HttpRequest.Builder builder = HttpRequest.newBuilder(endpoint)
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .header("MCP-Protocol-Version", modern ? "2026-07-28" : "2025-11-25");
        if (session != null) {
            builder.header("Mcp-Session-Id", session);
        }
        return builder;
    }

    private static HttpResponse<InputStream> send(HttpRequest request) {
        try {
            return GatewayClient.HTTP.send(request, BodyHandlers.ofInputStream());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }
}
