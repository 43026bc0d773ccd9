package io.forgemcp.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.protocol.JsonSlice;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.protocol.ProtocolVersion;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a server asks of its client: whom it reaches, and how the answer finds back. */
class ReverseRequestsTest {
    private static final String ASK = "{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"elicitation/create\","
            + "\"params\":{\"message\":\"Your name?\",\"_meta\":{\"progressToken\":\"up\"}}}";

    private final ManualServer server = new ManualServer();
    private final ManualTimers timers = new ManualTimers();
    private final Unrelated unrelated = new Unrelated();
    private final Upstreams upstreams =
            new Upstreams(List.of(server), UpstreamSettings.DEFAULT, timers, new NoMetrics(), unrelated);
    private final ClientProfile anne = able("anne");

    private record Question(Message request, ReverseAnswer answer) {}

    /** Hears what belongs to no call. */
    private static final class Unrelated implements UpstreamListener {
        private final List<Question> questions = new ArrayList<>();
        private List<Message> opening = List.of();

        @Override
        public List<Message> opening(ServiceName service, ClientKey client, JsonSlice capabilities) {
            return opening;
        }

        @Override
        public void onNotification(ServiceName service, ClientKey client, Message notification) {}

        @Override
        public void onRequest(ServiceName service, ClientKey client, Message request, ReverseAnswer answer) {
            questions.add(new Question(request, answer));
        }
    }

    /** A call whose client is asked. */
    private static final class AskedCall implements CallListener {
        private final List<Question> questions = new ArrayList<>();
        private final List<Object> ends = new ArrayList<>();

        @Override
        public void onRequest(Message request, ReverseAnswer answer) {
            questions.add(new Question(request, answer));
        }

        @Override
        public void onAnswer(Message answer) {
            ends.add(answer);
        }

        @Override
        public void onFailure(io.forgemcp.gateway.error.GatewayException failure) {
            ends.add(failure.code());
        }
    }

    private static ClientProfile able(String name) {
        return new ClientProfile(
                new ClientKey(name),
                ProtocolVersion.V2025_11_25,
                JsonSlice.parse("{\"elicitation\":{\"form\":{}},\"tasks\":{\"list\":{}},\"roots\":{}}"));
    }

    private static UpstreamTarget target(Isolation isolation) {
        ServiceDefinition service = ServiceDefinition.http("svc", URI.create("http://svc.test/mcp"))
                .isolation(isolation)
                .build();
        return new UpstreamTarget(
                service,
                new InstanceId(service.name(), 1),
                new InstanceAddress.Http(URI.create("http://svc.test/mcp"), Map.of(), WireProtocol.STREAMABLE_HTTP));
    }

    private Call send(ClientProfile client, AskedCall listener) {
        return send(Isolation.SESSION, client, listener);
    }

    private Call send(Isolation isolation, ClientProfile client, AskedCall listener) {
        Message request = Message.parse(EchoServer.text(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"t\"}}"));
        return upstreams.send(
                target(isolation), client, new UpstreamRequest(request, null, Duration.ofSeconds(30)), listener);
    }

    private List<String> repliesToTheServer() {
        return server.notifications.stream()
                .filter(received -> received.message.isAnswer())
                .map(received -> received.message.get(Field.ID) + " "
                        + (received.message.has(Field.RESULT)
                                ? received.message.get(Field.RESULT)
                                : received.message.get(Field.ERROR).member("code")))
                .toList();
    }

    private static Message json(String text) {
        return Message.parse(EchoServer.text(text));
    }

    @Test
    void theServerIsToldWhatTheClientDeclaredAndTheGatewayCanRelay() {
        send(anne, new AskedCall());

        assertThat(server.handshakes.get(0).message.get(Field.PARAMS).member("capabilities"))
                .hasToString("{\"elicitation\":{\"form\":{}},\"roots\":{}}");
        assertThat(server.channels.get(0).listening).isTrue();
    }

    @Test
    void aSharedConversationOffersNothing() {
        send(Isolation.SHARED, anne, new AskedCall());

        assertThat(server.handshakes.get(0).message.get(Field.PARAMS).member("capabilities"))
                .hasToString("{}");
    }

    @Test
    void theSameClientWithOtherCapabilitiesHasAConversationOfItsOwn() {
        send(anne, new AskedCall());
        send(ClientProfile.plain(anne.key()), new AskedCall());
        assertThat(server.channels).hasSize(2);

        upstreams.closeClient(anne.key());
        assertThat(server.channels).allMatch(channel -> channel.closed);
    }

    @Test
    void aRequestOnTheResponseOfACallReachesThatCallAndTheAnswerBearsTheServersId() {
        AskedCall first = new AskedCall();
        AskedCall second = new AskedCall();
        send(anne, first);
        send(anne, second);

        server.calls.get(1).say(ASK);
        assertThat(first.questions).isEmpty();
        second.questions
                .get(0)
                .answer()
                .answer(json("{\"jsonrpc\":\"2.0\",\"id\":77,\"result\":{\"action\":\"accept\"}}"));
        second.questions.get(0).answer().answer(json("{\"jsonrpc\":\"2.0\",\"id\":77,\"result\":{}}"));

        assertThat(repliesToTheServer()).containsExactly("\"q\" {\"action\":\"accept\"}");
    }

    @Test
    void aRequestBesideTheOnlyCallBelongsToThatCall() {
        AskedCall call = new AskedCall();
        send(anne, call);
        send(able("bob"), new AskedCall());

        server.channels.get(0).listener.onMessage(json(ASK));

        assertThat(call.questions).hasSize(1);
        assertThat(unrelated.questions).isEmpty();
    }

    @Test
    void aRequestBesideSeveralCallsOrNoneIsLeftToTheListener() {
        AskedCall first = new AskedCall();
        send(anne, first);
        send(anne, new AskedCall());
        server.channels.get(0).listener.onMessage(json(ASK));
        assertThat(first.questions).isEmpty();
        assertThat(unrelated.questions).hasSize(1);

        unrelated.questions.get(0).answer().answer(json("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"));
        assertThat(repliesToTheServer()).containsExactly("\"q\" {}");
    }

    @Test
    void nothingAskedOnASharedConversationReachesACall() {
        AskedCall call = new AskedCall();
        send(Isolation.SHARED, anne, call);
        server.channels.get(0).listener.onMessage(json(ASK));

        assertThat(call.questions).isEmpty();
        assertThat(unrelated.questions).hasSize(1);
    }

    @Test
    void aPingIsAnsweredHere() {
        AskedCall call = new AskedCall();
        send(anne, call);
        server.lastCall().say("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"ping\"}");

        assertThat(repliesToTheServer()).containsExactly("0 {}");
        assertThat(call.questions).isEmpty();
    }

    @Test
    void whatNobodyAnsweredIsRefusedWhenItsCallEnds() {
        AskedCall call = new AskedCall();
        List<String> withdrawn = new ArrayList<>();
        send(anne, call);
        server.lastCall().say(ASK);
        call.questions.get(0).answer().onWithdrawn(withdrawn::add);

        server.lastCall().answer("{}");

        assertThat(repliesToTheServer()).containsExactly("\"q\" " + ErrorCode.CANCELLED.jsonRpcCode());
        assertThat(withdrawn).containsExactly("the call that it belonged to is over");
    }

    @Test
    void aQuestionThatTheServerCancelsIsWithdrawnAndGetsNoAnswer() {
        AskedCall call = new AskedCall();
        List<String> withdrawn = new ArrayList<>();
        send(anne, call);
        server.lastCall().say(ASK);
        call.questions.get(0).answer().onWithdrawn(withdrawn::add);

        server.lastCall()
                .say("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"q\"}}");
        call.questions.get(0).answer().answer(json("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"));

        assertThat(withdrawn).containsExactly("the server cancelled its request");
        assertThat(repliesToTheServer()).isEmpty();
    }

    @Test
    void theEndOfTheConversationWithdrawsWhatIsOpen() {
        List<String> withdrawn = new ArrayList<>();
        send(anne, new AskedCall());
        send(anne, new AskedCall());
        server.channels.get(0).listener.onMessage(json(ASK));
        upstreams.closeClient(anne.key());
        unrelated.questions.get(0).answer().onWithdrawn(withdrawn::add);

        assertThat(withdrawn).containsExactly("the conversation with the server has ended");
    }

    @Test
    void theTimeLimitOfACallRestsWhileItsClientIsAsked() {
        AskedCall call = new AskedCall();
        send(anne, call);
        server.lastCall().say(ASK);
        timers.advance(Duration.ofMinutes(9));
        assertThat(call.ends).isEmpty();

        call.questions.get(0).answer().answer(json("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"));
        timers.advance(Duration.ofSeconds(29));
        assertThat(call.ends).isEmpty();
        timers.advance(Duration.ofSeconds(2));
        assertThat(call.ends).containsExactly(ErrorCode.CALL_TIMEOUT);
    }

    @Test
    void anAnswerThatNeverComesEndsTheCallAndTellsTheServer() {
        AskedCall call = new AskedCall();
        send(anne, call);
        server.lastCall().say(ASK);
        timers.advance(Duration.ofMinutes(11));

        assertThat(call.ends).containsExactly(ErrorCode.CALL_TIMEOUT);
        assertThat(repliesToTheServer()).containsExactly("\"q\" " + ErrorCode.CANCELLED.jsonRpcCode());
    }

    @Test
    void whatTheClientSaysMeanwhileBearsTheServersToken() {
        AskedCall call = new AskedCall();
        send(anne, call);
        server.lastCall().say(ASK);
        call.questions
                .get(0)
                .answer()
                .tell(json("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\","
                        + "\"params\":{\"progressToken\":5,\"progress\":1}}"));

        assertThat(server.notificationTexts())
                .contains("notifications/progress {\"progressToken\":\"up\",\"progress\":1}");
    }

    @Test
    void anIdThatIsStillOpenCannotBeUsedAgain() {
        AskedCall call = new AskedCall();
        send(anne, call);
        server.lastCall().say(ASK);
        server.lastCall().say(ASK);

        assertThat(call.questions).hasSize(1);
        assertThat(repliesToTheServer()).containsExactly("\"q\" -32600");
    }

    @Test
    void whatHeldInTheLastConversationIsAskedFirstInTheNext() {
        unrelated.opening = List.of(json("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"logging/setLevel\"}"));
        send(anne, new AskedCall());

        assertThat(server.calls)
                .extracting(received -> received.message.method())
                .containsExactly("logging/setLevel", "tools/call");
        server.calls.get(0).answer("{}");
        server.calls
                .get(1)
                .receiver
                .onFailure(new io.forgemcp.gateway.error.GatewayException(ErrorCode.SESSION_NOT_FOUND, "Gone."));
        assertThat(server.calls)
                .extracting(received -> received.message.method())
                .containsExactly("logging/setLevel", "tools/call", "logging/setLevel", "tools/call");
    }

    @Test
    void aQuestionOutsideAnyCallIsRefusedWhenTheClientHasHadItsTime() {
        List<String> withdrawn = new ArrayList<>();
        send(anne, new AskedCall());
        server.lastCall().answer("{}");
        server.channels.get(0).listener.onMessage(json(ASK));
        unrelated.questions.get(0).answer().onWithdrawn(withdrawn::add);
        timers.advance(Duration.ofMinutes(10));

        assertThat(repliesToTheServer()).containsExactly("\"q\" " + ErrorCode.CALL_TIMEOUT.jsonRpcCode());
        assertThat(withdrawn).containsExactly("it was not answered in time");
        assertThat(timers.waiting()).isZero();
    }

    @Test
    void theOwnerOfAProcessIsTheOneWhoseCapabilitiesItIsTold() {
        ServiceDefinition service = ServiceDefinition.stdio("svc", "unused")
                .isolation(Isolation.SESSION)
                .build();
        UpstreamTarget process = new UpstreamTarget(
                service,
                new InstanceId(service.name(), 1),
                new InstanceAddress.Stdio(
                        java.io.OutputStream.nullOutputStream(), java.io.InputStream.nullInputStream()));
        Message request = json("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"t\"}}");
        AskedCall call = new AskedCall();
        upstreams.send(process, anne, new UpstreamRequest(request, null, Duration.ofSeconds(30)), call);
        server.channels.get(0).listener.onMessage(json(ASK));

        assertThat(server.handshakes.get(0).message.get(Field.PARAMS).member("capabilities"))
                .hasToString("{\"elicitation\":{\"form\":{}},\"roots\":{}}");
        assertThat(call.questions).hasSize(1);
    }
}
