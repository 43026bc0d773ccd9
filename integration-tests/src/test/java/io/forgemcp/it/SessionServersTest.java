package io.forgemcp.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server on the TypeScript SDK that gives each session other tools and logs when calls are long over, over HTTP and on
 * standard streams: whose session it is hears and sees it, and nobody else.
 */
@Tag("node")
class SessionServersTest {
    private static final String CHANGED = "notifications/tools/list_changed";
    private static final String LOGGED = "notifications/message";

    private static NodeScript server;
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        server = NodeScript.start("session-server.mjs");
        gateway = TestGateway.of(
                ServiceDefinition.http("http", server.url())
                        .isolation(Isolation.SESSION)
                        .build(),
                ServiceDefinition.stdio(
                                "stdio",
                                Checkout.modernNode(),
                                Checkout.script("session-server.mjs").toString(),
                                "stdio")
                        .isolation(Isolation.SESSION)
                        .instances(1, 8)
                        .build());
        for (String service : List.of("http", "stdio")) {
            gateway.gateway()
                    .catalog()
                    .refresh(ServiceName.of(service))
                    .toCompletableFuture()
                    .join();
        }
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private static WireClient client(String service) {
        return WireClient.legacy(gateway.mcp(service), "{}", Map.of()).within(Duration.ofSeconds(20));
    }

    private static WireClient.Exchange call(WireClient client, String tool, String word) {
        return client.request("7", "tools/call", "{'name':'" + tool + "','arguments':{'word':'" + word + "'}}");
    }

    private static List<String> tools(WireClient client) {
        return client.request("8", "tools/list", "{}").result().path("tools").findValuesAsText("name");
    }

    /** The list is learnt anew a moment after the server has said that it changed. */
    private static void awaitTools(WireClient client, String... names) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(tools(client)).containsExactlyInAnyOrder(names));
    }

    /** What comes on this stream until something is said that has this in it. */
    private static List<JsonNode> until(WireClient client, HttpResponse<InputStream> stream, String part) {
        List<JsonNode> messages = client.read(
                        stream, message -> message.toString().contains(part))
                .messages();
        assertThat(messages).last().asString().contains(part);
        return messages;
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "stdio"})
    void aToolThatACallSwitchesOnIsThatClientsAlone(String service) {
        WireClient one = client(service);
        WireClient two = client(service);
        HttpResponse<InputStream> ofOne = one.listen(null);
        HttpResponse<InputStream> ofTwo = two.listen(null);
        assertThat(tools(one)).containsExactlyInAnyOrder("unlock", "lock", "log_later");

        call(one, "unlock", "apple");
        until(one, ofOne, CHANGED);

        assertThat(tools(one)).contains("secret");
        assertThat(call(one, "secret", "").result().at("/content/0/text").asText())
                .isEqualTo("the word is apple");
        assertThat(tools(two)).doesNotContain("secret");
        assertThat(call(two, "secret", "").last().at("/error/data/code").asText())
                .isEqualTo("GW-1301");

        // The other client's stream tells of its own change, and of nothing before it.
        call(two, "unlock", "pear");
        assertThat(until(two, ofTwo, CHANGED)).hasSize(1);
        assertThat(call(two, "secret", "").result().at("/content/0/text").asText())
                .isEqualTo("the word is pear");
        assertThat(call(one, "secret", "").result().at("/content/0/text").asText())
                .isEqualTo("the word is apple");
        one.delete();
        two.delete();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "stdio"})
    void aToolThatIsSwitchedOffAgainIsGoneForThatClient(String service) {
        WireClient client = client(service);
        call(client, "unlock", "plum");
        awaitTools(client, "unlock", "lock", "log_later", "secret");

        call(client, "lock", "");

        awaitTools(client, "unlock", "lock", "log_later");
        client.delete();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "stdio"})
    void aLineThatIsLoggedBesideCallsReachesTheClientWhoseSessionItIs(String service) {
        WireClient one = client(service);
        WireClient two = client(service);
        HttpResponse<InputStream> ofOne = one.listen(null);
        HttpResponse<InputStream> ofTwo = two.listen(null);

        assertThat(call(one, "log_later", "one").notifications(LOGGED)).isEmpty();
        assertThat(until(one, ofOne, "later one")).hasSize(1);

        call(two, "log_later", "two");
        assertThat(until(two, ofTwo, "later two"))
                .as("nothing that was logged for the other")
                .hasSize(1);
        one.delete();
        two.delete();
    }
}
