package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.GatewaySettings;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Completion, pages of lists, and what initialize promises. */
class MethodSetTest {
    private final PuppetServer server = new PuppetServer();
    private final PuppetServer other = new PuppetServer();
    private Gateway gateway;
    private McpEndpoint http;

    @BeforeEach
    void start() {
        server.capabilities = "{\"tools\":{},\"prompts\":{},\"resources\":{\"subscribe\":true},\"completions\":{}}";
        server.templates = "[{\"uriTemplate\":\"test://{id}/x\",\"name\":\"x\"}]";
        server.resources = "[{\"uri\":\"r:1\",\"name\":\"1\"},{\"uri\":\"r:2\",\"name\":\"2\"},"
                + "{\"uri\":\"r:3\",\"name\":\"3\"},{\"uri\":\"r:4\",\"name\":\"4\"},{\"uri\":\"r:5\",\"name\":\"5\"}]";
        other.capabilities = "{\"tools\":{},\"logging\":{}}";
        gateway = Gateway.builder()
                .settings(GatewaySettings.DEFAULT.withPageSize(2))
                .service(ServiceDefinition.java("s", server).build())
                .service(ServiceDefinition.java("o", other)
                        .isolation(Isolation.SHARED)
                        .build())
                .build()
                .start();
        http = gateway.streamableHttp();
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void aCompletionAsksTheServerByItsOwnNameOfThePrompt() {
        LegacyClient client = LegacyClient.open(http);
        client.request(
                "1",
                "completion/complete",
                "{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"s-p\",\"x\":1.0},\"argument\":{\"name\":\"a\",\"value\":\"\"},"
                        + "\"context\":{\"arguments\":{\"b\":\"c\"}}}");

        assertThat(server.talk().last("completion/complete").get(Field.PARAMS))
                .hasToString("{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"p\",\"x\":1.0},\"argument\":{\"name\":\"a\","
                        + "\"value\":\"\"},\"context\":{\"arguments\":{\"b\":\"c\"}}}");
    }

    @Test
    void aCompletionOfATemplateGoesToItsServer() {
        LegacyClient.open(http)
                .request(
                        "1",
                        "completion/complete",
                        "{\"ref\":{\"type\":\"ref/resource\",\"uri\":\"test://{id}/x\"},\"argument\":{}}");

        assertThat(server.talk().last("completion/complete").get(Field.PARAMS))
                .asString()
                .contains("test://{id}/x");
    }

    @Test
    void aCompletionOfNothingKnownIsRefused() {
        LegacyClient client = LegacyClient.open(http);

        assertThat(client.request("1", "completion/complete", "{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"zz\"}}")
                        .answer())
                .contains("-32602");
        assertThat(client.request("1", "completion/complete", "{\"ref\":{\"type\":\"ref/x\",\"name\":\"p\"}}")
                        .answer())
                .contains("-32602", "ref/prompt");
    }

    @Test
    void aLongListComesInPagesInAStableOrder() {
        LegacyClient client = LegacyClient.open(http);
        List<String> uris = new ArrayList<>();
        String params = "{}";
        int pages = 0;
        while (params != null) {
            JsonSlice result = JsonSlice.parse(
                            client.request("1", "resources/list", params).answer())
                    .member("result");
            result.member("resources").elements().forEach(one -> uris.add(one.textMember("uri")));
            String next = result.textMember("nextCursor");
            params = next == null ? null : "{\"cursor\":\"" + next + "\"}";
            pages++;
        }

        assertThat(uris).containsExactly("r:1", "r:2", "r:3", "r:4", "r:5");
        assertThat(pages).isEqualTo(3);
    }

    @Test
    void cursorsOfOtherListsOtherStatesAndOtherPeopleAreRefused() {
        LegacyClient client = LegacyClient.open(http);
        String cursor = JsonSlice.parse(
                        client.request("1", "resources/list", "{}").answer())
                .member("result")
                .textMember("nextCursor");

        for (String bad : List.of("", "nonsense", "AAAA", cursor + "AA")) {
            assertThat(client.request("2", "resources/list", "{\"cursor\":\"" + bad + "\"}")
                            .answer())
                    .as(bad)
                    .contains("-32602");
        }
        assertThat(client.request("3", "tools/list", "{\"cursor\":\"" + cursor + "\"}")
                        .answer())
                .contains("-32602");
        server.resources = "[]";
        gateway.catalog()
                .refresh(io.forgemcp.gateway.service.ServiceName.of("s"))
                .toCompletableFuture()
                .join();
        assertThat(client.request("4", "resources/list", "{\"cursor\":\"" + cursor + "\"}")
                        .answer())
                .contains("-32602");
    }

    @Test
    void initializePromisesWhatTheServersCanDoAndTheGatewayCanDeliver() {
        String answer = FakeHttp.post("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":"
                        + "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}}")
                .to(http)
                .answer();

        assertThat(answer).contains("\"resources\":{\"listChanged\":true,\"subscribe\":true}", "\"completions\":{}");
        // The only server that logs shares one conversation among all clients.
        assertThat(answer).doesNotContain("logging");
    }

    @Test
    void aChangedListThatIsAnnouncedDuringACallMakesTheGatewayLookAgain() {
        LegacyClient client = LegacyClient.open(http);
        FakeHttp listening = client.listen();
        FakeHttp call = client.call("1");
        server.resources = "[]";
        server.talk().say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/list_changed\"}");

        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(listening.events())
                        .containsExactly("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/list_changed\"}"));
        assertThat(call.events()).isEmpty();
    }

    @Test
    void whatAServerSaysHasChangedIsPassedOnAlsoIfNothingElseIs() {
        LegacyClient client = LegacyClient.open(http);
        FakeHttp listening = client.listen();
        client.call("1");
        server.talk().say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");

        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(listening.events())
                        .containsExactly("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}"));
    }

    @Test
    void aFirstListWaitsForServersThatAreBeingAsked() {
        PuppetServer slow = new PuppetServer();
        slow.silent = true;
        LegacyClient client = LegacyClient.open(http);
        gateway.add(ServiceDefinition.java("a", slow).build());
        FakeHttp list = client.request("1", "tools/list", "{}");
        assertThat(list.isAnswered()).isFalse();

        slow.speakUp();

        assertThat(list.answer()).contains("\"a-t\"");
    }
}
