package io.forgemcp.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.forgemcp.gateway.service.ClientKey;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.OAuthClient;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;

/**
 * Starts a gateway in front of any URL that is posted to it, and answers with the URL to use instead: for programs that
 * learn only when they run which server they are to talk to.
 */
final class GatewayOnDemand implements AutoCloseable {
    private final HttpServer http;
    private final Queue<TestGateway> gateways = new ConcurrentLinkedQueue<>();

    private GatewayOnDemand(HttpServer http) {
        this.http = http;
    }

    static GatewayOnDemand start() {
        try {
            HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            GatewayOnDemand onDemand = new GatewayOnDemand(http);
            http.createContext("/", onDemand::serve);
            http.start();
            return onDemand;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("DELETE")) {
                end();
                exchange.sendResponseHeaders(204, -1);
                return;
            }
            JsonNode wish = Json.tree(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            TestGateway gateway = start(URI.create(wish.path("url").asText()), wish.path("oauth"));
            byte[] answer = gateway.mcp("suite").toString().getBytes(UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    /** @param oauth who the gateway is to an authorization server; absent where none is expected */
    private TestGateway start(URI url, JsonNode oauth) {
        ServiceDefinition.Builder service = ServiceDefinition.http("suite", url).isolation(Isolation.SESSION);
        TestGateway gateway;
        if (oauth.isMissingNode()) {
            gateway = TestGateway.of(service.build());
            gateways.add(gateway);
            awaitLearnt(gateway);
        } else {
            String document = text(oauth, "clientMetadataUrl");
            OAuthClient client = new OAuthClient(
                    true,
                    text(oauth, "clientId"),
                    text(oauth, "clientSecret"),
                    text(oauth, "privateKey") == null ? null : ClientKey.of(text(oauth, "privateKey")),
                    document == null ? null : URI.create(document),
                    List.of(),
                    null,
                    text(oauth, "grant") == null
                            ? OAuthClient.Grant.AUTHORIZATION_CODE
                            : OAuthClient.Grant.CLIENT_CREDENTIALS);
            gateway = TestGateway.authorizing(
                    service.launch(new Launch.Remote(url, Map.of(), client)).build());
            gateways.add(gateway);
        }
        return gateway;
    }

    private static String text(JsonNode json, String member) {
        return json.path(member).isTextual() ? json.path(member).textValue() : null;
    }

    /** As a client would find a gateway that has been running for a while. */
    private static void awaitLearnt(TestGateway gateway) {
        try (GatewayClient client = gateway.client("suite")) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> !client.request("tools/list", Json.of("{}")).has("_meta"));
        }
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/");
    }

    @Override
    public void close() {
        http.stop(0);
        end();
    }

    /** To the suite the gateway is the client: like the client alone it goes when it is done, with its streams. */
    private void end() {
        for (TestGateway gateway = gateways.poll(); gateway != null; gateway = gateways.poll()) {
            gateway.close();
        }
    }
}
