package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Generated messages come through as they were sent, to the last digit: the server gives back what it got, so each round
 * trip shows both directions.
 */
class MessageFidelityTest {
    private static final int MESSAGES = 500;
    private static final int LARGE = 5_000_000;

    private static LoopbackUpstream legacy;
    private static LoopbackUpstream modern;
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        legacy = LoopbackUpstream.start(false);
        modern = LoopbackUpstream.start(true);
        gateway = TestGateway.of(service("legacy", legacy), service("modern", modern));
        for (String server : List.of("legacy", "modern")) {
            try (GatewayClient client = gateway.client(server)) {
                Learnt.await(client, "tools/list", "tools", 2);
            }
        }
    }

    private static ServiceDefinition service(String name, LoopbackUpstream upstream) {
        return ServiceDefinition.http(name, upstream.url())
                .isolation(Isolation.SESSION)
                .build();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        legacy.close();
        modern.close();
    }

    /** Client, server, method, and the parameter that names what is meant. */
    @ParameterizedTest
    @CsvSource({
        "legacy, legacy, tools/call, name",
        "legacy, legacy, prompts/get, name",
        "legacy, legacy, resources/read, uri",
        "legacy, legacy, completion/complete, ''",
        "modern, modern, tools/call, name",
        "modern, modern, prompts/get, name",
        "modern, modern, resources/read, uri",
        "modern, modern, completion/complete, ''",
        "legacy, modern, tools/call, name",
        "modern, legacy, tools/call, name"
    })
    void requestsAndResultsComeThroughAsTheyAre(String from, String to, String method, String key) {
        JsonGenerator generator = new JsonGenerator("MessageFidelityTest " + from + " " + to + " " + method);
        URI endpoint = gateway.mcp(to);
        WireClient client = from.equals("modern") ? WireClient.modern(endpoint, "{}") : WireClient.legacy(endpoint);
        for (int i = 0; i < MESSAGES; i++) {
            assertComesBack(client, method, key, generator.object(), generator.members());
        }
        String large = "\"" + "é\\ud83d\\ude00x".repeat(LARGE / 15) + "\"";
        assertComesBack(client, method, key, "{\"large\":" + large + "}", "\"x\":1.0");
    }

    private static void assertComesBack(
            WireClient client, String method, String key, String arguments, String members) {
        String target = key.isEmpty()
                ? "\"ref\":{\"type\":\"ref/prompt\",\"name\":\"echo\"},\"argument\":{\"name\":\"a\",\"value\":\"b\"},"
                : "\"" + key + "\":\"" + (key.equals("uri") ? "echo://it" : "echo") + "\",";
        String params = "{" + target + "\"arguments\":" + arguments + "," + members + "}";
        JsonNode sent = Json.tree(params);
        WireClient.Exchange exchange = client.raw("7", method, params);
        ObjectNode echo = exchange.result().path("echo").deepCopy() instanceof ObjectNode object
                ? object
                : Json.tree("{}").deepCopy();
        // What one hop says to the other about itself is its own.
        echo.remove("_meta");
        assertThat(echo).as(() -> "answered " + shown(exchange)).isEqualTo(sent);
    }

    private static String shown(WireClient.Exchange exchange) {
        String text = exchange.status() + " " + exchange.last();
        return text.length() > 2000 ? text.substring(0, 2000) : text;
    }

    @Test
    void whatAServerWithSessionsAsksAndReportsComesThroughAsItIs() {
        JsonGenerator generator = new JsonGenerator("MessageFidelityTest reverse legacy");
        for (int i = 0; i < MESSAGES; i++) {
            String question = "{\"message\":\"?\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{}},"
                    + generator.members() + "}";
            String answer =
                    "{\"action\":\"accept\",\"content\":" + generator.object() + "," + generator.members() + "}";
            String progress = generator.object();
            String line = generator.object();
            WireClient client = WireClient.legacy(
                    gateway.mcp("legacy"), "{\"elicitation\":{}}", Map.of("elicitation/create", answer));
            WireClient.Exchange exchange = client.raw(
                    "1",
                    "tools/call",
                    "{\"name\":\"ask\",\"arguments\":{\"progress\":" + progress + ",\"line\":" + line + ",\"question\":"
                            + question + "},\"_meta\":{\"progressToken\":\"t\"}}");
            assertThat(exchange.notifications("notifications/progress"))
                    .as(() -> "answered " + shown(exchange))
                    .singleElement()
                    .satisfies(heard -> assertThat(heard.at("/params/more")).isEqualTo(Json.tree(progress)));
            assertThat(exchange.notifications("notifications/message"))
                    .singleElement()
                    .satisfies(heard -> assertThat(heard.at("/params/data")).isEqualTo(Json.tree(line)));
            assertThat(exchange.notifications("elicitation/create"))
                    .singleElement()
                    .satisfies(heard -> assertThat(heard.path("params")).isEqualTo(Json.tree(question)));
            assertThat(exchange.result().path("answer")).isEqualTo(Json.tree(answer));
            client.delete();
        }
    }

    @Test
    void whatAModernServerAsksAndReportsComesThroughAsItIs() {
        JsonGenerator generator = new JsonGenerator("MessageFidelityTest reverse modern");
        WireClient client = WireClient.modern(gateway.mcp("modern"), "{'elicitation':{}}")
                .saying("'progressToken':'t','io.modelcontextprotocol/logLevel':'debug'");
        for (int i = 0; i < MESSAGES; i++) {
            String question = generator.object();
            String state = generator.string();
            String answer = generator.object();
            String progress = generator.object();
            String line = generator.object();
            String call = "{\"name\":\"ask\",\"arguments\":{\"progress\":" + progress + ",\"line\":" + line
                    + ",\"question\":" + question + ",\"state\":" + state + "}";
            WireClient.Exchange asked = client.raw("1", "tools/call", call + "}");
            assertThat(asked.notifications("notifications/progress"))
                    .singleElement()
                    .satisfies(heard -> assertThat(heard.at("/params/more")).isEqualTo(Json.tree(progress)));
            assertThat(asked.notifications("notifications/message"))
                    .singleElement()
                    .satisfies(heard -> assertThat(heard.at("/params/data")).isEqualTo(Json.tree(line)));
            assertThat(asked.result().at("/inputRequests/q/params")).isEqualTo(Json.tree(question));
            assertThat(asked.result().path("requestState")).isEqualTo(Json.tree(state));
            WireClient.Exchange answered = client.raw(
                    "2",
                    "tools/call",
                    call + ",\"inputResponses\":{\"q\":" + answer + "},\"requestState\":" + state + "}");
            assertThat(answered.result().path("answer")).isEqualTo(Json.tree(answer));
            assertThat(answered.result().path("state")).isEqualTo(Json.tree(state));
        }
    }
}
