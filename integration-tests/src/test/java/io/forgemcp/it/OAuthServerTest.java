package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The gateway as client of a server and an authorization server that others wrote, which take tokens for that server only. */
@Tag("node")
class OAuthServerTest {
    private static final JsonNode BOB = Json.of("{'name':'Bob'}");

    @Test
    @Timeout(120)
    void onePersonsConsentIsEnoughForAllCallers() throws Exception {
        try (NodeScript server = NodeScript.start("oauth-v1.mjs");
                TestGateway gateway = TestGateway.authorizing(
                        ServiceDefinition.http("far", server.url()).build())) {
            GatewayClient first = gateway.client("far");
            JsonNode refused = first.call("greet", BOB);
            assertThat(refused.path("code").asInt()).as(refused.toString()).isEqualTo(1510);
            URI page = gateway.uri("/oauth/start/far");
            assertThat(refused.path("message").asText()).contains(page.toString());

            HttpClient browser = HttpClient.newBuilder()
                    .cookieHandler(new CookieManager())
                    .followRedirects(Redirect.ALWAYS)
                    .build();
            HttpResponse<String> end =
                    browser.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(end.statusCode()).as(end.body()).isEqualTo(200);
            assertThat(end.uri().getPath()).isEqualTo("/oauth/callback");

            for (GatewayClient client : new GatewayClient[] {first, gateway.client("far")}) {
                JsonNode answer = client.call("greet", BOB);
                assertThat(answer.at("/content/0/text").asText())
                        .as(answer.toString())
                        .isEqualTo("Hello, Bob!");
            }
        }
    }
}
