package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What servers ask of clients with sessions: sampling, elicitation, roots. */
class AskingClientsTest {
    private static final String ABLE = "{\"sampling\":{},\"elicitation\":{},\"roots\":{\"listChanged\":true}}";

    private final PuppetServer server = new PuppetServer();
    private final PuppetServer other = new PuppetServer();
    private final Gateway gateway = Gateway.builder()
            .service(ServiceDefinition.java("s", server).build())
            .service(ServiceDefinition.java("o", other).build())
            .service(ServiceDefinition.java("shared", new PuppetServer())
                    .isolation(Isolation.SHARED)
                    .build())
            .build()
            .start();
    private final McpEndpoint http = gateway.streamableHttp();

    @AfterEach
    void close() {
        gateway.close();
    }

    private LegacyClient able() {
        return LegacyClient.open(http, "2025-11-25", ABLE);
    }

    private static String ask(String id, String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    private static String answer(String id, String result) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + result + "}";
    }

    @Test
    void aQuestionComesOnTheStreamOfTheCallAndItsAnswerGoesBackToTheServer() {
        LegacyClient client = able();
        FakeHttp listening = client.listen();
        FakeHttp call = client.call("1");

        server.talk().say(ask("\"q-1\"", "elicitation/create", "{\"message\":\"Who?\",\"x\":1.0}"));
        String asked = call.events().get(0);
        assertThat(asked).contains("\"method\":\"elicitation/create\"", "{\"message\":\"Who?\",\"x\":1.0}");
        FakeHttp answered =
                client.post(answer(LegacyClient.idOf(asked), "{\"action\":\"accept\",\"content\":{\"n\":1.50}}"));
        assertThat(answered.status()).isEqualTo(202);
        server.talk().answer(server.talk().last("tools/call"), "{\"content\":[]}");
        call.awaitStreamEnd();

        assertThat(server.talk().answers())
                .containsExactly(answer("\"q-1\"", "{\"action\":\"accept\",\"content\":{\"n\":1.50}}"));
        assertThat(call.events()).hasSize(2);
        assertThat(listening.events()).isEmpty();
    }

    @Test
    void twoServersWithTheSameIdsGetTheirOwnAnswers() {
        LegacyClient client = able();
        FakeHttp first = client.call("1");
        FakeHttp second = client.request("2", "tools/call", "{\"name\":\"o-t\"}");
        server.talk().say(ask("0", "roots/list", "{}"));
        other.talk().say(ask("0", "roots/list", "{}"));

        String one = LegacyClient.idOf(first.events().get(0));
        String two = LegacyClient.idOf(second.events().get(0));
        assertThat(one).isNotEqualTo(two);
        client.post(answer(two, "{\"roots\":[{\"uri\":\"file:///two\"}]}"));
        client.post(answer(one, "{\"roots\":[]}"));

        assertThat(server.talk().answers()).containsExactly(answer("0", "{\"roots\":[]}"));
        assertThat(other.talk().answers()).containsExactly(answer("0", "{\"roots\":[{\"uri\":\"file:///two\"}]}"));
    }

    @Test
    void anotherClientsAnswerIsNotTaken() {
        LegacyClient client = able();
        LegacyClient stranger = able();
        FakeHttp call = client.call("1");
        server.talk().say(ask("0", "roots/list", "{}"));

        stranger.post(answer(LegacyClient.idOf(call.events().get(0)), "{\"roots\":[]}"));

        assertThat(server.talk().answers()).isEmpty();
    }

    @Test
    void outsideACallAQuestionComesOnTheStandingStream() {
        LegacyClient client = able();
        client.call("1");
        server.talk().answer(server.talk().last("tools/call"), "{}");
        FakeHttp listening = client.listen();
        FakeHttp alsoListening = client.listen();

        server.talk().say(ask("5", "sampling/createMessage", "{\"messages\":[],\"maxTokens\":1}"));

        assertThat(listening.events()).hasSize(1);
        assertThat(alsoListening.events()).isEmpty();
        client.post(answer(LegacyClient.idOf(listening.events().get(0)), "{\"role\":\"assistant\"}"));
        assertThat(server.talk().answers()).containsExactly(answer("5", "{\"role\":\"assistant\"}"));
    }

    @Test
    void onlyWhatTheClientDeclaredIsAsked() {
        LegacyClient formsOnly = LegacyClient.open(http, "2025-11-25", "{\"elicitation\":{},\"sampling\":{}}");
        FakeHttp call = formsOnly.call("1");
        server.talk().say(ask("1", "roots/list", "{}"));
        server.talk().say(ask("2", "elicitation/create", "{\"mode\":\"url\",\"url\":\"https://x.test\"}"));
        server.talk().say(ask("3", "sampling/createMessage", "{\"tools\":[]}"));
        server.talk().say(ask("4", "made/up", "{}"));

        assertThat(call.events()).isEmpty();
        assertThat(server.talk().answers())
                .hasSize(4)
                .allMatch(refusal -> refusal.contains("-32601"))
                .anyMatch(refusal -> refusal.contains("elicitation.url"))
                .anyMatch(refusal -> refusal.contains("sampling.tools"));
    }

    @Test
    void aUrlIsPassedToAClientThatOpensUrls() {
        LegacyClient client = LegacyClient.open(http, "2025-11-25", "{\"elicitation\":{\"url\":{}}}");
        FakeHttp call = client.call("1");
        server.talk().say(ask("1", "elicitation/create", "{\"mode\":\"url\",\"elicitationId\":\"e\"}"));
        assertThat(call.events()).hasSize(1);

        server.talk()
                .say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/elicitation/complete\","
                        + "\"params\":{\"elicitationId\":\"e\"}}");
        assertThat(call.events()).hasSize(2);
    }

    @Test
    void aClientThatTakesJsonOnlyIsNotAskedAndTheServerIsToldWhy() {
        LegacyClient client = able();
        FakeHttp call = FakeHttp.post(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"s-t\"}}")
                .session(client.session)
                .with("Accept", "application/json")
                .to(http);

        server.talk().say(ask("1", "roots/list", "{}"));
        assertThat(server.talk().answers()).singleElement().asString().contains("plain JSON only");
        server.talk().answer(server.talk().last("tools/call"), "{}");
        assertThat(call.status()).isEqualTo(200);
    }

    @Test
    void theServerIsToldWhatThisClientDeclared() {
        able().call("1");

        assertThat(server.talk().last("initialize").get(io.forgemcp.gateway.protocol.Message.Field.PARAMS))
                .asString()
                .contains("\"capabilities\":" + ABLE);
    }

    @Test
    void theGatewayItselfHasNoRootsAndRefusesTheRest() {
        PuppetServer.Talk learning = server.talks.get(0);
        learning.say(ask("1", "roots/list", "{}"));
        learning.say(ask("2", "sampling/createMessage", "{}"));

        assertThat(learning.answers()).hasSize(2);
        assertThat(learning.answers().get(0)).isEqualTo(answer("1", "{\"roots\":[]}"));
        assertThat(learning.answers().get(1)).contains("-32601");
    }

    @Test
    void aServerThatGivesUpMakesTheClientGiveUp() {
        LegacyClient client = able();
        FakeHttp call = client.call("1");
        server.talk().say(ask("7", "roots/list", "{}"));
        server.talk().say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":7}}");

        assertThat(call.events()).hasSize(2);
        assertThat(call.events().get(1))
                .contains(
                        "notifications/cancelled",
                        "\"requestId\":" + LegacyClient.idOf(call.events().get(0)));
        client.post(answer(LegacyClient.idOf(call.events().get(0)), "{\"roots\":[]}"));
        assertThat(server.talk().answers()).isEmpty();
    }

    @Test
    void aClientThatCancelsItsCallLeavesNoQuestionBehind() {
        LegacyClient client = able();
        FakeHttp call = client.call("1");
        server.talk().say(ask("7", "roots/list", "{}"));

        client.post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}");

        call.awaitStreamEnd();
        assertThat(server.talk().answers()).singleElement().asString().contains("\"id\":7", "\"error\"");
        assertThat(server.talk().heard()).anyMatch(heard -> heard.startsWith("notifications/cancelled"));
    }

    @Test
    void changedRootsAndProgressReachTheServersOfThisClientOnly() {
        LegacyClient client = able();
        FakeHttp call = client.call("1");
        PuppetServer.Talk mine = server.talk();
        LegacyClient stranger = able();
        stranger.call("1");
        PuppetServer.Talk theirs = server.talk();

        mine.say(ask("1", "sampling/createMessage", "{\"_meta\":{\"progressToken\":\"up\"}}"));
        client.post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
                + LegacyClient.idOf(call.events().get(0)) + ",\"progress\":1}}");
        client.post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/roots/list_changed\"}");

        assertThat(mine.heard())
                .contains(
                        "notifications/progress {\"progressToken\":\"up\",\"progress\":1}",
                        "notifications/roots/list_changed null");
        assertThat(theirs.heard()).hasSize(1);
    }

    @Test
    void anAnswerToNothingIsAcceptedAndDropped() {
        assertThat(List.of(
                        able().post(answer("99", "{}")).status(),
                        able().post(answer("\"x\"", "{}")).status()))
                .containsExactly(202, 202);
    }
}
