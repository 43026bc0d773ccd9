package io.forgemcp.gateway.endpoint.modern;

import static io.forgemcp.gateway.endpoint.modern.ModernHttp.call;
import static io.forgemcp.gateway.endpoint.modern.ModernHttp.meta;
import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.Gateway;
import io.forgemcp.gateway.GatewaySettings;
import io.forgemcp.gateway.endpoint.FakeHttp;
import io.forgemcp.gateway.endpoint.McpEndpoint;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.Messages;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.virtualserver.VirtualServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server with sessions asks its client; a client without sessions is told so in a result and comes back. */
class QuestionsOfServersTest {
    private static final String ABLE = meta("{\"elicitation\":{\"form\":{},\"url\":{}},\"sampling\":{}}");
    private static final String FORM =
            "{\"message\":\"Who?\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{}}}";

    private final ManualTimers timers = new ManualTimers();
    private final ScriptedServer server = new ScriptedServer();
    private final AtomicReference<Message> called = new AtomicReference<>();
    private final AtomicReference<Consumer<Message>> way = new AtomicReference<>();
    private final Gateway gateway = Gateway.builder()
            .service(ServiceDefinition.java("s", server).build())
            .virtualServer(VirtualServer.of("one", List.of(ServiceName.of("s"))))
            .settings(GatewaySettings.DEFAULT.withCallTimeout(Duration.ofMinutes(2)))
            .timers(timers)
            .build()
            .start();
    private final McpEndpoint http = gateway.streamableHttp();

    {
        server.methods.put("tools/call", (message, back) -> {
            called.set(message);
            way.set(back);
            back.accept(ScriptedServer.request("\"e1\"", "elicitation/create", FORM));
        });
    }

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void aQuestionIsAnsweredOnTheRetryAndTheCallGoesOn() {
        FakeHttp first = call("1", "s-tool", ",\"arguments\":{\"a\":1}", ABLE).to(http);

        assertThat(first.status()).isEqualTo(200);
        JsonSlice result = result(first);
        assertThat(result.textMember("resultType")).isEqualTo("input_required");
        assertThat(result.member("inputRequests"))
                .hasToString("{\"input_1\":{\"method\":\"elicitation/create\",\"params\":" + FORM + "}}");
        assertThat(gateway.services().statuses().get(0).inFlight())
                .as("the server stays awake")
                .isEqualTo(1);

        FakeHttp retry = answer("2", first, "{\"input_1\":{\"action\":\"accept\",\"content\":{\"n\":1.0}}}")
                .to(http);
        Message answered = server.heard(null).get(0);
        assertThat(answered.id()).hasToString("\"e1\"");
        assertThat(answered.get(Field.RESULT)).hasToString("{\"action\":\"accept\",\"content\":{\"n\":1.0}}");
        finish("{\"content\":[]}");

        assertThat(retry.answer()).contains("\"id\":2", "\"resultType\":\"complete\"", "\"content\":[]");
        assertThat(server.heard("tools/call"))
                .as("the call itself is not repeated")
                .hasSize(1);
        assertThat(gateway.services().statuses().get(0).inFlight()).isZero();
    }

    @Test
    void aQuestionBesideSeveralCallsIsAskedInTheOneThatDoesNotWaitForAnswersAlready() {
        FakeHttp older = call("1", "s-tool", "", ABLE).to(http);
        assertThat(result(older).textMember("resultType")).isEqualTo("input_required");
        server.methods.put("tools/call", (message, back) -> way.set(back));
        FakeHttp later = call("2", "s-tool", "", ABLE).to(http);

        way.get().accept(ScriptedServer.request("\"e2\"", "elicitation/create", FORM));

        assertThat(result(later).textMember("resultType")).isEqualTo("input_required");
        answerFor("tool", "3", later, "{\"input_1\":{\"action\":\"cancel\"}}", "")
                .to(http);
        assertThat(server.heard(null).get(0).id()).hasToString("\"e2\"");
        answerFor("tool", "4", older, "{\"input_1\":{\"action\":\"decline\"}}", "")
                .to(http);
        assertThat(server.heard(null).get(1).id()).hasToString("\"e1\"");
    }

    @Test
    void aQuestionThatMayBelongToEitherOfTwoCallsIsAskedOfNobody() {
        server.methods.put("tools/call", (message, back) -> way.set(back));
        FakeHttp one = call("1", "s-tool", "", ABLE).to(http);
        FakeHttp other = call("2", "s-tool", "", ABLE).to(http);

        way.get().accept(ScriptedServer.request("\"e1\"", "elicitation/create", FORM));

        assertThat(server.heard(null).get(0).get(Field.ERROR).toString()).contains("-32601", "several calls");
        assertThat(one.isAnswered()).isFalse();
        assertThat(other.isAnswered()).isFalse();
    }

    @Test
    void aServerMayAskAgainAndAgain() {
        FakeHttp exchange = call("1", "s-tool", "", ABLE).to(http);
        for (int round = 1; round <= 5; round++) {
            exchange = answerFor(
                            "tool",
                            (round + 1) + "",
                            exchange,
                            "{\"input_" + round + "\":{\"action\":\"decline\"}}",
                            "")
                    .to(http);
            if (round < 5) {
                way.get().accept(ScriptedServer.request("\"e" + (round + 1) + "\"", "elicitation/create", FORM));
                assertThat(result(exchange).textMember("resultType")).isEqualTo("input_required");
            }
        }
        finish("{\"content\":[]}");

        assertThat(exchange.answer()).contains("\"id\":6", "complete");
    }

    @Test
    void whatWasNotAnsweredIsAskedAgain() {
        FakeHttp first = call("1", "s-tool", "", ABLE).to(http);
        way.get().accept(ScriptedServer.request("2", "sampling/createMessage", "{\"messages\":[],\"maxTokens\":1}"));

        FakeHttp second = answerFor("tool", "2", first, "{\"other\":{}}", "").to(http);

        assertThat(result(second).member("inputRequests").member("input_1")).isNotNull();
        assertThat(result(second).member("inputRequests").member("input_2")).isNotNull();
        FakeHttp third = answerFor(
                        "tool",
                        "3",
                        second,
                        "{\"input_1\":{\"action\":\"accept\"},\"input_2\":{\"role\":\"assistant\"}}",
                        "")
                .to(http);
        finish("{\"content\":[]}");
        assertThat(third.answer()).contains("\"id\":3");
        assertThat(server.heard(null)).hasSize(2);
    }

    @Test
    void anAnswerThatCameWhileNobodyWasThereIsKept() {
        FakeHttp first = call("1", "s-tool", "", ABLE).to(http);
        finish("{\"content\":[],\"k\":1}");

        FakeHttp retry = answerFor("tool", "2", first, "{}", "").to(http);

        assertThat(retry.answer()).contains("\"k\":1", "\"id\":2");
    }

    @Test
    void aStateIsGoodOnce() {
        FakeHttp first = call("1", "s-tool", "", ABLE).to(http);
        answerFor("tool", "2", first, "{\"input_1\":{\"action\":\"accept\"}}", "")
                .to(http);

        assertRefused(answerFor("tool", "3", first, "{\"input_1\":{\"action\":\"accept\"}}", ""), "used before");
    }

    @Test
    void aStateIsGoodForItsCallerItsServerAndItsRequestOnly() {
        FakeHttp first = call("1", "s-tool", ",\"arguments\":{\"a\":1}", ABLE).to(http);

        assertRefused(answer("2", first, "{}").by(new Caller("someone-else", Set.of())), "another caller");
        assertRefused(answer("2", first, "{}").at("one"), "another virtual server");
        assertRefused(answerFor("tool", "2", first, "{}", ",\"arguments\":{\"a\":2}"), "another request");
        assertThat(server.heard(null)).isEmpty();
        // All that changed nothing: the right one still can.
        answer("3", first, "{\"input_1\":{\"action\":\"accept\"}}").to(http);
        assertThat(server.heard(null)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"20", "40", "60", "80", "100", "120"})
    void anAlteredStateIsRefused(int place) {
        FakeHttp first = call("1", "s-tool", "", ABLE).to(http);
        String state = result(first).textMember("requestState");
        char altered = state.charAt(place) == 'A' ? 'B' : 'A';

        FakeHttp retry = retry("tool", "2", state.substring(0, place) + altered + state.substring(place + 1), "{}", "");

        assertRefused(retry, "altered");
        assertThat(server.heard("tools/call")).hasSize(1);
    }

    @Test
    void aQuestionThatNobodyAnswersIsGivenUp() {
        FakeHttp first = call("1", "s-tool", "", ABLE).to(http);

        timers.advance(Duration.ofMinutes(10).plusSeconds(1));

        assertThat(server.heard("notifications/cancelled")).hasSize(1);
        assertThat(gateway.services().statuses().get(0).inFlight()).isZero();
        assertRefused(answerFor("tool", "2", first, "{}", ""), "expired");
    }

    @Test
    void aClientIsNotAskedWhatItDidNotDeclare() {
        server.methods.put("tools/call", (message, back) -> {
            called.set(message);
            way.set(back);
            back.accept(ScriptedServer.request("1", "sampling/createMessage", "{}"));
        });

        FakeHttp call = call("1", "s-tool", "", meta("{\"elicitation\":{}}")).to(http);

        assertThat(server.heard(null).get(0).kind()).isEqualTo(Message.Kind.ERROR);
        finish("{\"content\":[]}");
        assertThat(call.answer()).contains("complete");
    }

    @Test
    void aQuestionThatTheServerTakesBackIsNotAsked() {
        FakeHttp first = call("1", "s-tool", "", ABLE).to(http);
        way.get().accept(ModernEndpointTest.note("notifications/cancelled", "{\"requestId\":\"e1\"}"));

        FakeHttp retry = answerFor("tool", "2", first, "{\"input_1\":{\"action\":\"accept\"}}", "")
                .to(http);
        finish("{\"content\":[]}");

        assertThat(retry.answer()).contains("complete");
        assertThat(server.heard(null)).isEmpty();
    }

    @Test
    void progressOfTheRetryBearsTheTokenOfTheRetry() {
        server.methods.put("tools/call", (message, back) -> {
            called.set(message);
            way.set(back);
            back.accept(ScriptedServer.request("\"e1\"", "elicitation/create", FORM));
        });
        FakeHttp first =
                call("1", "s-tool", "", ABLE + ",\"progressToken\":\"first\"").to(http);
        String state = result(first).textMember("requestState");
        FakeHttp retry = call(
                        "2",
                        "s-tool",
                        more(state, "{\"input_1\":{\"action\":\"accept\"}}"),
                        ABLE + ",\"progressToken\":2")
                .to(http);
        way.get()
                .accept(ModernEndpointTest.note(
                        "notifications/progress",
                        "{\"progressToken\":" + called.get().get(Field.PROGRESS_TOKEN) + ",\"progress\":1}"));

        assertThat(retry.events()).hasSize(1).allMatch(event -> event.contains("\"progressToken\":2"));
    }

    @Test
    void aPageToVisitIsAskedForWithoutTheIdThatOnlyOlderRevisionsKnow() {
        server.methods.put("tools/call", (message, back) -> {
            back.accept(ScriptedServer.request(
                    "\"e1\"",
                    "elicitation/create",
                    "{\"mode\":\"url\",\"elicitationId\":\"x\",\"url\":\"https://example.com/a\",\"n\":1.0}"));
            back.accept(Messages.notification(
                    "notifications/elicitation/complete",
                    "{\"elicitationId\":\"x\"}".getBytes(StandardCharsets.UTF_8)));
        });

        FakeHttp call = call("1", "s-tool", "", ABLE).to(http);

        assertThat(result(call).member("inputRequests"))
                .hasToString("{\"input_1\":{\"method\":\"elicitation/create\",\"params\":{\"mode\":\"url\","
                        + "\"url\":\"https://example.com/a\",\"n\":1.0}}}");
        assertThat(call.events()).isEmpty();
    }

    @Test
    void aPageThatAnOlderServerWantsVisitedIsAQuestionAndTheCallIsMadeAgain() {
        server.methods.put(
                "tools/call",
                (message, back) -> back.accept(
                        ScriptedServer.error(
                                message.requireId(),
                                "{\"code\":-32042,\"message\":\"visit\",\"data\":{\"elicitations\":[{\"mode\":\"url\","
                                        + "\"elicitationId\":\"x\",\"url\":\"https://example.com/a\",\"message\":\"log in\"}]}}")));
        FakeHttp first = call("1", "s-tool", ",\"arguments\":{\"a\":1}", ABLE).to(http);
        assertThat(result(first).member("inputRequests").toString())
                .contains("\"method\":\"elicitation/create\"", "https://example.com/a")
                .as("modern revisions have no such id")
                .doesNotContain("elicitationId");

        server.answer("tools/call", "{\"content\":[]}");
        FakeHttp retry =
                answer("2", first, "{\"url_1\":{\"action\":\"accept\"}}").to(http);

        assertThat(retry.answer()).contains("\"id\":2", "complete");
        JsonSlice params = server.heard("tools/call").get(1).get(Field.PARAMS);
        assertThat(params.member("arguments")).hasToString("{\"a\":1}");
        assertThat(params.member("requestState")).isNull();
        assertThat(params.member("inputResponses")).isNull();
    }

    @Test
    void aPageIsNotShownToAClientThatCannot() {
        server.methods.put(
                "tools/call",
                (message, back) -> back.accept(
                        ScriptedServer.error(
                                message.requireId(),
                                "{\"code\":-32042,\"message\":\"visit\",\"data\":{\"elicitations\":[{\"mode\":\"url\",\"url\":\"https://x\"}]}}")));

        FakeHttp call = call("1", "s-tool", "", meta("{\"elicitation\":{}}")).to(http);

        assertThat(call.status()).isEqualTo(400);
        assertThat(call.answer()).contains("-32021", "\"requiredCapabilities\":{\"elicitation\":{\"url\":{}}}");
    }

    private void assertRefused(FakeHttp retry, String why) {
        assertThat(retry.to(http).answer()).contains("GW-1106", "\"code\":-32602", why);
    }

    private FakeHttp answer(String id, FakeHttp first, String responses) {
        return answerFor("tool", id, first, responses, ",\"arguments\":{\"a\":1}");
    }

    private static FakeHttp answerFor(String tool, String id, FakeHttp first, String responses, String arguments) {
        return retry(tool, id, result(first).textMember("requestState"), responses, arguments);
    }

    private static FakeHttp retry(String tool, String id, String state, String responses, String arguments) {
        return call(id, "s-" + tool, arguments + more(state, responses), ABLE);
    }

    private static String more(String state, String responses) {
        return ",\"inputResponses\":" + responses + ",\"requestState\":\"" + state + "\"";
    }

    private void finish(String result) {
        way.get().accept(ScriptedServer.result(called.get().requireId(), result));
    }

    private static JsonSlice result(FakeHttp exchange) {
        return Message.parse(exchange.answer().getBytes(StandardCharsets.UTF_8)).get(Field.RESULT);
    }
}
