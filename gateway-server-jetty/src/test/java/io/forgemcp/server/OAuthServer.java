package io.forgemcp.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** An MCP server with one tool that wants a token, and the authorization server that gives it. */
public final class OAuthServer implements AutoCloseable {
    /** The token that is given; must be in no answer and no log of a gateway. */
    public static final String TOKEN = "hush-hush-hush";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final AtomicInteger tokensGiven = new AtomicInteger();
    private final HttpServer http;

    public OAuthServer() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        String base = "http://127.0.0.1:" + http.getAddress().getPort();
        http.createContext("/mcp", OAuthServer::serve);
        document("/.well-known/oauth-protected-resource", 200, """
                {"resource":"%1$s/mcp","authorization_servers":["%1$s"]}""".formatted(base));
        document("/.well-known/oauth-authorization-server", 200, """
                {"issuer":"%1$s","authorization_endpoint":"%1$s/authorize","token_endpoint":"%1$s/token",
                 "registration_endpoint":"%1$s/register","code_challenge_methods_supported":["S256"]}""".formatted(base));
        document("/register", 201, "{\"client_id\":\"dynamic\"}");
        http.createContext("/token", exchange -> {
            tokensGiven.incrementAndGet();
            answer(exchange, 200, "{\"access_token\":\"" + TOKEN + "\",\"token_type\":\"Bearer\"}");
        });
        http.start();
    }

    public URI mcp() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/mcp");
    }

    public int tokensGiven() {
        return tokensGiven.get();
    }

    private void document(String path, int status, String json) {
        http.createContext(path, exchange -> answer(exchange, status, json));
    }

    private static void serve(HttpExchange exchange) throws IOException {
        if (!("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            exchange.getResponseHeaders().add("WWW-Authenticate", "Bearer");
            answer(exchange, 401, "{}");
        } else if (!exchange.getRequestMethod().equals("POST")) {
            answer(exchange, 405, "{}");
        } else {
            JsonNode request = JSON.readTree(exchange.getRequestBody());
            String result = switch (request.path("method").asText()) {
                case "initialize" -> """
                                {"protocolVersion":"2025-11-25","capabilities":{"tools":{}},
                                 "serverInfo":{"name":"far","version":"1"}}""";
                case "tools/list" -> "{\"tools\":[{\"name\":\"greet\",\"inputSchema\":{\"type\":\"object\"}}]}";
                case "tools/call" -> "{\"content\":[{\"type\":\"text\",\"text\":\"welcome\"}]}";
                default -> null;
            };
            if (!request.has("id")) {
                answer(exchange, 202, "");
            } else if (result == null) {
                answer(exchange, 200, """
                        {"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"unknown"}}""".formatted(request.get("id")));
            } else {
                answer(exchange, 200, """
                        {"jsonrpc":"2.0","id":%s,"result":%s}""".formatted(request.get("id"), result));
            }
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        try (exchange) {
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
