package io.forgemcp.server.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The gateway that a command talks to over HTTP. Every way of failing becomes a {@link CommandFailure}. */
final class RunningGateway {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI base;
    private final Duration timeout;
    private final String token;
    private final HttpClient http;

    /** @param token for a gateway that asks who calls; empty for none */
    RunningGateway(URI base, Duration timeout, String token) {
        this.base = base;
        this.timeout = timeout;
        this.token = token;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    /**
     * What the options of a command name.
     *
     * @param url what {@code --url} says, if it was given
     * @param usual where it listens unless somebody says otherwise
     */
    static RunningGateway at(@Nullable URI url, URI usual, Duration timeout, Shell shell) {
        URI base = url != null ? url : usual;
        String scheme = base.getScheme();
        if (base.getHost() == null || scheme == null || !scheme.startsWith("http")) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--url " + base + " is not a URL. Write for example " + usual + ".");
        }
        // A token on the command line could be read by everybody on the machine.
        return new RunningGateway(base, timeout, shell.variable("FORGE_TOKEN", ""));
    }

    /** What {@code --timeout} says, if it was given, or what is usual. */
    static Duration timeout(@Nullable Integer seconds, Duration usual) {
        if (seconds == null) {
            return usual;
        }
        if (seconds <= 0) {
            throw new CommandFailure(ExitCode.USAGE, "--timeout must be at least 1 second.");
        }
        return Duration.ofSeconds(seconds);
    }

    JsonNode get(String path) {
        return exchange(path, request(path).GET().build());
    }

    JsonNode post(String path, JsonNode body) {
        return exchange(
                path,
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body.toString()))
                        .build());
    }

    JsonNode delete(String path) {
        return exchange(path, request(path).DELETE().build());
    }

    /** Reads an event stream until it ends; every data line goes to the reader. */
    void events(String path, Consumer<String> reader) {
        HttpRequest request =
                request(path).header("Accept", "text/event-stream").build();
        try {
            HttpResponse<Stream<String>> response = http.send(request, BodyHandlers.ofLines());
            try (Stream<String> lines = response.body()) {
                if (response.statusCode() >= 400) {
                    throw refused(path, response.statusCode(), lines.collect(Collectors.joining()));
                }
                lines.filter(line -> line.startsWith("data: "))
                        .forEach(line -> reader.accept(line.substring("data: ".length())));
            }
        } catch (IOException | UncheckedIOException e) {
            throw broken(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.INTERRUPTED, "Interrupted", e);
        }
    }

    private CommandFailure broken(Exception e) {
        return new CommandFailure(
                ExitCode.UNREACHABLE, "The connection to the gateway at " + base + " broke: " + e.getMessage(), e);
    }

    private CommandFailure refused(String path, int status, String body) {
        String detail;
        try {
            detail = JSON.readTree(body).path("detail").asText("no reason given");
        } catch (JsonProcessingException noJson) {
            detail = "no reason given";
        }
        return new CommandFailure(
                ExitCode.FAILED,
                "The gateway at " + base + " refused " + path + " with status " + status + ": " + detail);
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(base.resolve(path)).timeout(timeout).header("Accept", "application/json");
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    private JsonNode exchange(String path, HttpRequest request) {
        HttpResponse<String> response;
        try {
            response = http.send(request, BodyHandlers.ofString());
        } catch (HttpTimeoutException e) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "The gateway at " + base + " did not answer within " + timeout.toSeconds()
                            + " s. Allow more with --timeout.",
                    e);
        } catch (ConnectException e) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "No gateway answers at " + base + ". Start one with 'make start' or"
                            + " 'java -jar forge-gateway.jar serve', or name another one with --url.",
                    e);
        } catch (IOException e) {
            throw broken(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.INTERRUPTED, "Interrupted", e);
        }
        return read(path, response);
    }

    private JsonNode read(String path, HttpResponse<String> response) {
        JsonNode body;
        try {
            body = JSON.readTree(response.body());
        } catch (JsonProcessingException e) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "What answers at " + base + " is not this gateway: " + path + " gave status "
                            + response.statusCode() + " and no JSON. Name the gateway with --url.",
                    e);
        }
        // JSON-RPC errors are the caller's to explain, whatever the status.
        if (response.statusCode() >= 400 && !body.has("jsonrpc")) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "The gateway at " + base + " refused " + path + " with status " + response.statusCode() + ": "
                            + body.path("detail").asText("no reason given"));
        }
        return body;
    }
}
