package io.forgemcp.auth.client;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** An MCP server that wants tokens and the authorization server that gives them, in one process; tests bend both. */
final class FakeAuthorization implements AutoCloseable {
    final Map<String, Object> metadata = new ConcurrentHashMap<>();
    final Map<String, Object> resource = new ConcurrentHashMap<>();
    final AtomicInteger registrations = new AtomicInteger();
    final AtomicInteger discoveries = new AtomicInteger();
    final AtomicInteger refreshes = new AtomicInteger();
    final Queue<String> tokenRequests = new ConcurrentLinkedQueue<>();
    final Queue<String> revocations = new ConcurrentLinkedQueue<>();

    /** The status that tokens are taken back with. */
    volatile int refusesRevocation = 200;

    final Queue<String> clientHeaders = new ConcurrentLinkedQueue<>();
    volatile String accepted = "none yet";
    /** What a 401 says after what else it says; {@code ANY} in it is another word each time. */
    volatile String challengeScope = "";

    /** What a token has to have beside being good; {@code ANY} in it is another word each time. */
    volatile String neededScope = "";

    /** Scopes whose tokens have what is needed. */
    final Set<String> scopes = ConcurrentHashMap.newKeySet();

    /** A scope that is not given; empty for none. */
    volatile String refusesScope = "";

    /** Whether no token is good enough. */
    volatile boolean refusesAll;

    /** Whether clients may register themselves now. */
    volatile boolean registers = true;

    /** A member that registrations have beside the others, after a comma. */
    volatile String secretExpires = "";

    /** Whether tokens can be renewed. */
    volatile boolean givesRefresh = true;

    /** How long a token is good, in seconds. */
    volatile int lifetime = 3600;

    /** What a 401 says before what else it says, in a header of its own. */
    volatile String otherScheme = "";

    volatile boolean describesItself = true;
    volatile boolean namesItsDescription;

    /** The status that refreshes are answered with; 0 to renew. */
    volatile int refusesRefresh;

    /** What comes with that status. */
    volatile String refusal = "{\"error\":\"invalid_grant\"}";

    /** The status that all requests for tokens are answered with; 0 to give one. */
    volatile int refusesTokens;

    volatile byte[] metadataInstead = {};
    /** The scopes of the token that was given last. */
    private volatile String given = "";

    private final AtomicInteger challenges = new AtomicInteger();
    private final AtomicInteger tokens = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer http;

    FakeAuthorization() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        http.setExecutor(threads);
        resource.put("resource", url("/mcp").toString());
        resource.put("authorization_servers", List.of(issuer()));
        metadata.put("issuer", issuer());
        metadata.put("authorization_endpoint", url("/authorize").toString());
        metadata.put("token_endpoint", url("/token").toString());
        metadata.put("registration_endpoint", url("/register").toString());
        metadata.put("code_challenge_methods_supported", List.of("S256"));
        http.createContext("/mcp", this::serve);
        http.createContext("/.well-known/oauth-protected-resource/mcp", exchange -> {
            discoveries.incrementAndGet();
            answer(exchange, describesItself ? 200 : 404, JSONObjectUtils.toJSONString(resource));
        });
        http.createContext(
                "/.well-known/oauth-authorization-server",
                exchange -> answer(
                        exchange,
                        200,
                        metadataInstead.length > 0
                                ? new String(metadataInstead, StandardCharsets.UTF_8)
                                : JSONObjectUtils.toJSONString(metadata)));
        http.createContext("/register", exchange -> {
            registrations.incrementAndGet();
            answer(
                    exchange,
                    registers ? 201 : 429,
                    "{\"client_id\":\"dynamic" + (registrations.get() > 1 ? registrations.get() : "")
                            + "\",\"client_secret\":\"hush\"" + secretExpires + "}");
        });
        http.createContext("/token", this::token);
        http.createContext("/revoke", exchange -> {
            revocations.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            answer(exchange, refusesRevocation, "");
        });
        http.start();
    }

    String issuer() {
        return "http://127.0.0.1:" + http.getAddress().getPort();
    }

    URI url(String path) {
        return URI.create(issuer() + path);
    }

    private void serve(HttpExchange exchange) throws IOException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (refusesAll || !("Bearer " + accepted).equals(authorization)) {
            if (!otherScheme.isEmpty()) {
                exchange.getResponseHeaders().add("WWW-Authenticate", otherScheme);
            }
            exchange.getResponseHeaders()
                    .add(
                            "WWW-Authenticate",
                            "Bearer realm=\"x\""
                                    + (describesItself || namesItsDescription
                                            ? ", resource_metadata=\""
                                                    + url("/.well-known/oauth-protected-resource/mcp") + "\""
                                            : "")
                                    + challengeScope.replace("ANY", "x" + challenges.incrementAndGet()));
            answer(exchange, 401, "");
        } else if (!neededScope.isEmpty() && !(scopes.contains(neededScope) && given.contains(neededScope))) {
            String needed = neededScope.replace("ANY", "x" + challenges.incrementAndGet());
            exchange.getResponseHeaders()
                    .add("WWW-Authenticate", "Bearer error=\"insufficient_scope\", scope=\"" + needed + "\"");
            answer(exchange, 403, "");
        } else {
            answer(exchange, 200, "welcome");
        }
    }

    private void token(HttpExchange exchange) throws IOException {
        String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        tokenRequests.add(form);
        clientHeaders.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        if (refusesTokens > 0) {
            answer(exchange, refusesTokens, "{\"error\":\"invalid_client\"}");
            return;
        }
        if (form.contains("grant_type=refresh_token")) {
            refreshes.incrementAndGet();
            if (refusesRefresh > 0) {
                answer(exchange, refusesRefresh, refusal);
                return;
            }
        }
        String scope = parameters(form).getOrDefault("scope", "");
        if (!refusesScope.isEmpty() && scope.contains(refusesScope)) {
            answer(exchange, 400, "{\"error\":\"invalid_scope\"}");
            return;
        }
        given = scope;
        accepted = "token-" + tokens.incrementAndGet();
        answer(
                exchange,
                200,
                "{\"access_token\":\"" + accepted + "\",\"token_type\":\"Bearer\",\"expires_in\":" + lifetime
                        + (givesRefresh ? ",\"refresh_token\":\"again\"}" : "}"));
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        try (exchange) {
            exchange.getResponseBody().write(bytes);
        }
    }

    /** The parameters of a query or form. */
    static Map<String, String> parameters(String query) {
        Map<String, String> found = new TreeMap<>();
        Arrays.stream(query.split("&"))
                .map(pair -> pair.split("=", 2))
                .forEach(pair -> found.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
        return found;
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }
}
