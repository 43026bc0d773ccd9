package io.forgemcp.server;

import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.security.Authenticator;
import io.forgemcp.gateway.security.LoopbackOnly;
import io.forgemcp.gateway.time.SystemTimers;
import io.forgemcp.server.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A real listener on a free port in front of endpoints made of lambdas, with the clients to try it. */
final class ListenerFixture implements AutoCloseable {
    final SystemTimers timers = new SystemTimers();
    final HttpClient client = HttpClient.newHttpClient();
    final GatewayServer server;

    ListenerFixture(McpEndpoint endpoint) {
        this(endpoint, ServerSettings.defaults());
    }

    ListenerFixture(McpEndpoint endpoint, ServerSettings settings) {
        this(endpoint, settings, new LoopbackOnly(), List.of());
    }

    ListenerFixture(McpEndpoint endpoint, ServerSettings settings, Authenticator authenticator, List<Route> more) {
        List<Route> routes = new java.util.ArrayList<>(new Endpoints(endpoint, endpoint, endpoint).routes());
        routes.add(Route.open(
                "/live",
                "Alive.",
                request -> java.util.concurrent.CompletableFuture.completedFuture(
                        io.forgemcp.server.http.RestAnswer.text("text/plain", "alive"))));
        routes.addAll(more);
        Listener listener = new Listener(Role.GATEWAY, settings.withAddress("127.0.0.1", 0), () -> routes);
        server = GatewayServer.listen(List.of(listener), authenticator, timers, () -> {});
    }

    HttpResponse<String> post(String path, String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path, headers).POST(HttpRequest.BodyPublishers.ofString(body));
        if (List.of(headers).stream().noneMatch("Content-Type"::equalsIgnoreCase)) {
            request.header("Content-Type", "application/json");
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return send("GET", path, headers);
    }

    HttpResponse<String> send(String verb, String path, String... headers) throws IOException, InterruptedException {
        return client.send(
                request(path, headers)
                        .method(verb, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<InputStream> open(String path, String... headers) throws IOException, InterruptedException {
        return client.send(request(path, headers).build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).version(HttpClient.Version.HTTP_1_1);
        return headers.length == 0 ? request : request.headers(headers);
    }

    URI uri(String path) {
        return URI.create(server.uri() + path);
    }

    /** A connection of its own that sends what no decent client would. */
    Socket raw(String text) throws IOException {
        Socket socket = new Socket("127.0.0.1", server.port());
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return socket;
    }

    @Override
    public void close() {
        server.close();
        timers.close();
    }
}
