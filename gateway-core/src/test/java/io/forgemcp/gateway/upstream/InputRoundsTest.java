package io.forgemcp.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server without sessions asks in its result; a client with one is asked by requests. */
class InputRoundsTest {
    private static final String FORM = "{\"method\":\"elicitation/create\",\"params\":{\"message\":\"Who?\"}}";

    private final ManualServer server = new ManualServer();
    private final ManualTimers timers = new ManualTimers();
    private final Upstreams upstreams = new Upstreams(
            List.of(server), UpstreamSettings.DEFAULT, timers, new NoMetrics(), (service, client, notification) -> {});
    private final ClientProfile client = new ClientProfile(
            new ClientKey("anne"),
            ProtocolVersion.V2025_11_25,
            JsonSlice.parse("{\"elicitation\":{\"form\":{},\"url\":{}},\"roots\":{}}"));
    private final Asked asked = new Asked();
    private Call call;

    private record Question(Message request, ReverseAnswer way) {}

    private static final class Asked implements CallListener {
        private final List<Question> questions = new ArrayList<>();
        private final List<Object> ends = new ArrayList<>();
        private GatewayException failure;

        @Override
        public void onRequest(Message request, ReverseAnswer way) {
            questions.add(new Question(request, way));
        }

        @Override
        public void onAnswer(Message answer) {
            ends.add(answer.get(Field.RESULT).toString());
        }

        @Override
        public void onFailure(GatewayException failure) {
            this.failure = failure;
            ends.add(failure.code() + " " + failure.getMessage());
        }
    }

    @BeforeEach
    void call() {
        server.knowsSessionsOnly = false;
        server.shakesHands = false;
        ServiceDefinition service =
                ServiceDefinition.http("svc", URI.create("http://svc.test/mcp")).build();
        UpstreamTarget target = new UpstreamTarget(
                service,
                new InstanceId(service.name(), 1),
                new InstanceAddress.Http(URI.create("http://svc.test/mcp"), Map.of(), WireProtocol.STREAMABLE_HTTP));
        Message message = Message.parse(EchoServer.text("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\","
                + "\"params\":{\"name\":\"t\",\"arguments\":{\"a\":1.0}}}"));
        call = upstreams.send(target, client, new UpstreamRequest(message, null, Duration.ofSeconds(30)), asked);
        ManualServer.Received initialize = server.calls.remove(0);
        initialize.say("{\"jsonrpc\":\"2.0\",\"id\":" + initialize.message.requireId()
                + ",\"error\":{\"code\":-32601,\"message\":\"?\"}}");
        initialize.receiver.onEnd();
        server.calls.remove(0).answer("{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{}}");
    }

    @AfterEach
    void close() {
        upstreams.close();
        timers.advance(Duration.ofMinutes(11));
        assertThat(asked.ends).hasSize(1);
        assertThat(timers.waiting()).isZero();
    }

    @Test
    void theClientIsAskedAndTheCallIsMadeAgainWithItsAnswersAndTheExactState() {
        wants("\"q\":" + FORM, "\"st\\u0061te\"");
        assertThat(asked.questions).hasSize(1);
        assertThat(asked.questions.get(0).request().method()).isEqualTo("elicitation/create");
        assertThat(asked.questions.get(0).request().get(Field.PARAMS)).hasToString("{\"message\":\"Who?\"}");

        answer(0, "{\"action\":\"accept\",\"content\":{\"n\":1.0}}");

        JsonSlice params = server.lastCall().message.get(Field.PARAMS);
        assertThat(params.member("requestState")).hasToString("\"st\\u0061te\"");
        assertThat(params.member("inputResponses"))
                .hasToString("{\"q\":{\"action\":\"accept\",\"content\":{\"n\":1.0}}}");
        assertThat(params.member("arguments")).hasToString("{\"a\":1.0}");
        assertThat(server.lastCall().headers).contains("Mcp-Name", "t");
        server.lastCall().answer("{\"resultType\":\"complete\",\"content\":[]}");
        assertThat(asked.ends).containsExactly("{\"resultType\":\"complete\",\"content\":[]}");
    }

    @Test
    void severalQuestionsAreAskedTogetherAndAnsweredInAnyOrder() {
        wants("\"a\":" + FORM + ",\"b\":{\"method\":\"roots/list\"}", null);
        int before = server.calls.size();

        answer(1, "{\"roots\":[]}");
        assertThat(server.calls).hasSize(before);
        answer(0, "{\"action\":\"decline\"}");

        JsonSlice responses = server.lastCall().message.get(Field.PARAMS).member("inputResponses");
        assertThat(responses.member("a")).hasToString("{\"action\":\"decline\"}");
        assertThat(responses.member("b")).hasToString("{\"roots\":[]}");
        assertThat(server.lastCall().message.get(Field.PARAMS).member("requestState"))
                .isNull();
        server.lastCall().answer("1");
    }

    @Test
    void whereALaterRoundCannotBeDeliveredTheCallAsAWholeMayNotBeSentElsewhere() {
        wants("\"q\":" + FORM, "\"s\"");
        answer(0, "{\"action\":\"accept\"}");
        server.lastCall().receiver.onFailure(ManualUpstreams.UNREACHABLE);
        timers.advance(Duration.ofMillis(100));
        server.lastCall().receiver.onFailure(ManualUpstreams.UNREACHABLE);

        assertThat(asked.failure.code()).isEqualTo(ErrorCode.UPSTREAM_UNREACHABLE);
        assertThat(asked.failure).isNotInstanceOf(Undelivered.class);
    }

    @Test
    void eightRoundsAreEnough() {
        for (int round = 0; round < 8; round++) {
            wants("\"q\":" + FORM, "\"s" + round + "\"");
            answer(round, "{\"action\":\"accept\"}");
        }
        wants("\"q\":" + FORM, "\"s8\"");

        assertThat(asked.questions).hasSize(8);
        assertThat(asked.ends).hasSize(1);
        assertThat(asked.ends.get(0).toString())
                .startsWith("ANSWER_NOT_OBTAINED")
                .contains("8 times");
    }

    @Test
    void whatTheClientCannotAnswerIsSaidPrecisely() {
        wants("\"q\":{\"method\":\"sampling/createMessage\",\"params\":{\"messages\":[]}}", null);

        assertThat(asked.questions).isEmpty();
        assertThat(asked.ends.get(0).toString())
                .startsWith("ANSWER_NOT_OBTAINED")
                .contains("sampling/createMessage", "{\"sampling\":{}}");
    }

    @Test
    void aClientThatAnswersWithAnErrorEndsTheCall() {
        wants("\"a\":" + FORM + ",\"b\":" + FORM, null);
        List<String> withdrawn = new ArrayList<>();
        asked.questions.get(1).way().onWithdrawn(withdrawn::add);

        asked.questions
                .get(0)
                .way()
                .answer(Message.parse(EchoServer.text(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-1,\"message\":\"the user left\"}}")));

        assertThat(asked.ends.get(0).toString())
                .startsWith("ANSWER_NOT_OBTAINED")
                .contains("the user left");
        assertThat(withdrawn).hasSize(1);
    }

    @Test
    void aClientThatDoesNotAnswerIsNotWaitedForForever() {
        wants("\"q\":" + FORM, null);

        timers.advance(Duration.ofMinutes(10).plusSeconds(1));

        assertThat(asked.ends.get(0).toString())
                .startsWith("ANSWER_NOT_OBTAINED")
                .contains("600 s");
    }

    @Test
    void theTimeOfTheCallBeginsAnewWithEachRound() {
        wants("\"q\":" + FORM, null);
        timers.advance(Duration.ofMinutes(5));
        answer(0, "{\"action\":\"accept\"}");
        timers.advance(Duration.ofSeconds(20));

        assertThat(asked.ends).isEmpty();
        timers.advance(Duration.ofSeconds(20));
        assertThat(asked.ends.get(0).toString()).startsWith("CALL_TIMEOUT");
    }

    @Test
    void aCancelledCallTakesItsQuestionsBack() {
        wants("\"q\":" + FORM, null);
        List<String> withdrawn = new ArrayList<>();
        asked.questions.get(0).way().onWithdrawn(withdrawn::add);
        int before = server.calls.size();

        call.cancel("enough");
        answer(0, "{\"action\":\"accept\"}");

        assertThat(withdrawn).hasSize(1);
        assertThat(server.calls).hasSize(before);
        assertThat(asked.ends.get(0).toString()).startsWith("CANCELLED");
    }

    @Test
    void aCallThatIsCancelledWhileItRunsAgainIsClosed() {
        wants("\"q\":" + FORM, null);
        answer(0, "{\"action\":\"accept\"}");

        call.cancel("enough");

        assertThat(server.lastCall().cancelled).isTrue();
        assertThat(asked.ends.get(0).toString()).startsWith("CANCELLED");
    }

    @Test
    void aStateAloneIsBroughtBackAfterAMoment() {
        wants("", "\"later\"");
        int before = server.calls.size();
        timers.advance(Duration.ofSeconds(1));

        assertThat(server.calls).hasSize(before + 1);
        assertThat(server.lastCall().message.get(Field.PARAMS).member("requestState"))
                .hasToString("\"later\"");
        server.lastCall().answer("1");
    }

    @Test
    void aPageToVisitGetsTheIdThatOlderClientsNeed() {
        wants(
                "\"q\":{\"method\":\"elicitation/create\",\"params\":{\"mode\":\"url\",\"url\":\"https://x\",\"message\":\"m\"}}",
                null);

        assertThat(asked.questions.get(0).request().get(Field.PARAMS).textMember("elicitationId"))
                .hasSize(36);
        answer(0, "{\"action\":\"accept\"}");
        server.lastCall().answer("1");
    }

    private void wants(String questions, String state) {
        server.lastCall()
                .answer("{\"resultType\":\"input_required\",\"inputRequests\":{" + questions + "}"
                        + (state == null ? "" : ",\"requestState\":" + state) + "}");
    }

    private void answer(int question, String result) {
        asked.questions
                .get(question)
                .way()
                .answer(Message.parse(EchoServer.text("{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":" + result + "}")));
    }
}
