package io.forgemcp.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.ManualTimers;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What callers of {@link Upstreams} may rely on, with a server and a clock in the test's hand. */
class UpstreamsContractTest {
    private static final ClientProfile ANNE = ClientProfile.plain(new ClientKey("anne"));
    private static final ClientProfile BOB = ClientProfile.plain(new ClientKey("bob"));
    private static final GatewayException UNREACHABLE =
            new GatewayException(ErrorCode.UPSTREAM_UNREACHABLE, "Service \"svc\" could not be reached.");
    private static final GatewayException SESSION_LOST = new GatewayException(ErrorCode.SESSION_NOT_FOUND, "Gone.");
    private static final GatewayException BROKEN = new GatewayException(ErrorCode.OUTCOME_UNKNOWN, "Broken.");

    private final ManualServer server = new ManualServer();
    private final ManualTimers timers = new ManualTimers();
    private final List<String> heard = new ArrayList<>();
    private final Upstreams upstreams = new Upstreams(
            List.of(server),
            UpstreamSettings.DEFAULT,
            timers,
            new NoMetrics(),
            (service, client, notification) -> heard.add(service + " " + client.value() + " " + notification.method()));

    @AfterEach
    void nothingIsLeftAfterClosing() {
        upstreams.close();
        timers.advance(Duration.ofMinutes(10));

        assertThat(timers.waiting()).isZero();
        assertThat(server.channels).allMatch(channel -> channel.closed);
    }

    private static UpstreamTarget http(Isolation isolation) {
        ServiceDefinition service = ServiceDefinition.http("svc", URI.create("http://svc.test/mcp"))
                .isolation(isolation)
                .build();
        return new UpstreamTarget(
                service,
                new InstanceId(service.name(), 1),
                new InstanceAddress.Http(URI.create("http://svc.test/mcp"), Map.of(), WireProtocol.HTTP_PROBED));
    }

    private static UpstreamTarget stdio(Isolation isolation) {
        ServiceDefinition service =
                ServiceDefinition.stdio("svc", "unused").isolation(isolation).build();
        return new UpstreamTarget(
                service,
                new InstanceId(service.name(), 1),
                new InstanceAddress.Stdio(OutputStream.nullOutputStream(), InputStream.nullInputStream()));
    }

    private static UpstreamRequest request(String id, String meta) {
        return new UpstreamRequest(
                Message.parse(EchoServer.text("{\"jsonrpc\":\"2.0\",\"id\":" + id
                        + ",\"method\":\"tools/call\",\"params\":{\"name\":\"say\"" + meta + "}}")),
                null,
                Duration.ofSeconds(30));
    }

    private RecordingCall send(UpstreamTarget target, ClientProfile client) {
        RecordingCall call = new RecordingCall();
        upstreams.send(target, client, request("1", ""), call);
        return call;
    }

    @Test
    void oneHandshakeServesAllWhoComeMeanwhile() {
        server.shakesHands = false;
        RecordingCall first = send(http(Isolation.SESSION), ANNE);
        RecordingCall second = send(http(Isolation.SESSION), ANNE);
        assertThat(server.calls)
                .singleElement()
                .satisfies(
                        initialize -> assertThat(initialize.message.get(Field.PARAMS))
                                .hasToString(
                                        "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"forge-mcp-gateway\",\"version\":\"0.1.0\"}}"));

        server.calls.remove(0).answer(EchoServer.INITIALIZE_RESULT);
        assertThat(server.notificationTexts()).containsExactly("notifications/initialized null");
        server.calls.get(0).answer("1");
        server.calls.get(1).answer("2");

        assertThat(first.result()).isEqualTo("1");
        assertThat(second.result()).isEqualTo("2");
        assertThat(server.channels).hasSize(1);
    }

    @Test
    void clientsOfASharedServiceShareAndOthersDoNot() {
        send(http(Isolation.SHARED), ANNE);
        send(http(Isolation.SHARED), BOB);
        assertThat(server.channels).hasSize(1);

        upstreams.closeInstance(http(Isolation.SHARED).instance());
        send(http(Isolation.SESSION), ANNE);
        send(http(Isolation.SESSION), BOB);
        send(http(Isolation.SESSION), ClientProfile.GATEWAY);
        assertThat(server.channels).hasSize(4);
    }

    @Test
    void theOnlyConversationOfAProcessBelongsToItsFirstClientAndTheGateway() {
        send(stdio(Isolation.SESSION), ClientProfile.GATEWAY);
        send(stdio(Isolation.SESSION), ANNE);
        RecordingCall refused = send(stdio(Isolation.SESSION), BOB);
        send(stdio(Isolation.SESSION), ClientProfile.GATEWAY);

        assertThat(refused.failure().code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        assertThat(server.channels).hasSize(1);
        assertThat(server.calls).hasSize(3);
        upstreams.closeClient(ANNE.key());
        assertThat(server.channels.get(0).closed).isTrue();
    }

    @Test
    void anOlderRevisionIsTakenAndAnUnknownOneRefused() {
        server.initializeResult = "{\"protocolVersion\":\"2024-11-05\",\"capabilities\":{}}";
        send(http(Isolation.SESSION), ANNE);
        assertThat(server.calls).hasSize(1);

        server.initializeResult = "{\"protocolVersion\":\"1999-01-01\",\"capabilities\":{}}";
        RecordingCall refused = send(http(Isolation.SESSION), BOB);
        assertThat(refused.failure().code()).isEqualTo(ErrorCode.UPSTREAM_PROTOCOL);
        assertThat(refused.failure()).hasMessageContaining("1999-01-01");
        assertThat(server.channels.get(1).closed).isTrue();
    }

    @Test
    void theStandingStreamIsOpenedOnlyIfTheServerHasUseForIt() {
        send(http(Isolation.SESSION), ANNE);
        server.initializeResult =
                "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{\"listChanged\":true}}}";
        send(http(Isolation.SESSION), BOB);

        assertThat(server.channels.get(0).listening).isFalse();
        assertThat(server.channels.get(1).listening).isTrue();
    }

    @Test
    void callsWaitUntilTheServerCanSpeakUnaskedOrHalfASecond() {
        server.answersListening = false;
        server.initializeResult =
                "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{\"listChanged\":true}}}";
        send(http(Isolation.SESSION), ANNE);
        send(http(Isolation.SESSION), BOB);
        assertThat(server.calls).isEmpty();

        server.channels.get(0).listened.run();
        assertThat(server.calls).hasSize(1);
        timers.advance(Duration.ofMillis(500));
        assertThat(server.calls).hasSize(2);
        server.channels.get(1).listened.run();
        assertThat(server.calls).hasSize(2);
    }

    @Test
    void aServerThatNeverShakesHandsFailsTheCallWithinItsTimeout() {
        server.shakesHands = false;
        RecordingCall call = send(http(Isolation.SESSION), ANNE);

        timers.advance(Duration.ofMillis(30_100));
        assertThat(call.failure().code()).isEqualTo(ErrorCode.CALL_TIMEOUT);
        timers.advance(Duration.ofSeconds(30));
        assertThat(server.channels.get(0).closed).isTrue();
    }

    @Test
    void aServerThatNeverAnswersFailsTheCallWithinItsTimeoutAndIsTold() {
        RecordingCall call = send(http(Isolation.SESSION), ANNE);

        timers.advance(Duration.ofMillis(29_900));
        assertThat(call.answer).isNotDone();
        timers.advance(Duration.ofMillis(200));

        assertThat(call.failure().code()).isEqualTo(ErrorCode.CALL_TIMEOUT);
        assertThat(call.failure())
                .hasMessageContaining("\"svc\"")
                .hasMessageContaining("tools/call \"say\"")
                .hasMessageContaining("30000 ms");
        String id = String.valueOf(server.lastCall().message.get(Field.ID));
        assertThat(server.notificationTexts())
                .contains("notifications/cancelled {\"requestId\":" + id + ",\"reason\":\"timeout\"}");
        assertThat(server.lastCall().cancelled).isTrue();

        server.lastCall().answer("\"late\"");
        assertThat(call.endedTwice).isFalse();
    }

    @Test
    void cancellingTellsTheServerAndEndsTheCallOnce() {
        RecordingCall call = new RecordingCall();
        Call handle = upstreams.send(http(Isolation.SESSION), ANNE, request("1", ""), call);
        handle.cancel("changed \"my\" mind");
        handle.cancel(null);

        assertThat(call.failure().code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(server.notificationTexts())
                .filteredOn(text -> text.contains("cancelled"))
                .singleElement()
                .asString()
                .endsWith("\"reason\":\"changed \\\"my\\\" mind\"}");
        server.lastCall().answer("\"late\"");
        assertThat(call.endedTwice).isFalse();
    }

    @Test
    void aCallThatIsOverCannotBeCancelled() {
        RecordingCall call = new RecordingCall();
        Call handle = upstreams.send(http(Isolation.SESSION), ANNE, request("1", ""), call);
        server.lastCall().answer("7");
        handle.cancel("late");

        assertThat(call.result()).isEqualTo("7");
        assertThat(server.notificationTexts()).noneMatch(text -> text.contains("cancelled"));
        assertThat(server.lastCall().cancelled).isFalse();
    }

    @Test
    void progressReachesOnlyTheCallThatAskedForItUnderItsOwnToken() {
        RecordingCall withText = new RecordingCall();
        RecordingCall withNumber = new RecordingCall();
        RecordingCall without = new RecordingCall();
        upstreams.send(
                stdio(Isolation.SHARED), ANNE, request("1", ",\"_meta\":{\"progressToken\":\"a\\u0062\"}"), withText);
        upstreams.send(stdio(Isolation.SHARED), BOB, request("1", ",\"_meta\":{\"progressToken\":1}"), withNumber);
        upstreams.send(stdio(Isolation.SHARED), BOB, request("1", ""), without);
        for (int i = 0; i < 3; i++) {
            // On the standing stream of the conversation, as over stdio.
            server.channels
                    .get(0)
                    .listener
                    .onMessage(
                            progress(String.valueOf(server.calls.get(i).message.get(Field.ID))));
        }
        server.channels.get(0).listener.onMessage(progress("4711"));
        server.channels.get(0).listener.onMessage(progress("\"x\""));

        assertThat(withText.notifications)
                .singleElement()
                .satisfies(progress -> assertThat(progress.get(Field.PROGRESS)).hasToString("\"a\\u0062\""));
        assertThat(withNumber.notifications)
                .singleElement()
                .satisfies(progress -> assertThat(progress.get(Field.PROGRESS)).hasToString("1"));
        assertThat(without.notifications).isEmpty();
        assertThat(heard).isEmpty();
    }

    private static Message progress(String token) {
        return Message.parse(EchoServer.text(
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":" + token
                        + ",\"progress\":0.50}}"));
    }

    @Test
    void answersThatBelongToNobodyChangeNothing() {
        RecordingCall call = send(http(Isolation.SESSION), ANNE);
        ManualServer.Received received = server.lastCall();
        received.say("{\"jsonrpc\":\"2.0\",\"id\":999999,\"result\":{}}");
        received.say("{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":{}}");
        received.channel.listener.onMessage(Message.parse(EchoServer.result("888888", "{}")));
        received.answer("7");
        received.say(new String(EchoServer.result(received.message.requireId().json(), "8"), StandardCharsets.UTF_8));

        assertThat(call.result()).isEqualTo("7");
        assertThat(call.endedTwice).isFalse();
    }

    @Test
    void anAnswerOnAnotherSessionIsNotTaken() {
        RecordingCall call = send(http(Isolation.SESSION), ANNE);
        String id = server.lastCall().message.requireId().json();
        send(http(Isolation.SESSION), BOB);

        server.channels.get(1).listener.onMessage(Message.parse(EchoServer.result(id, "\"forged\"")));

        assertThat(call.answer).isNotDone();
    }

    @Test
    void anErrorWithoutAnIdOnTheResponseIsTheAnswer() {
        RecordingCall call = send(http(Isolation.SESSION), ANNE);
        server.lastCall().say("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"?\"}}");

        assertThat(call.answer.join().get(Field.ERROR)).hasToString("{\"code\":-32700,\"message\":\"?\"}");
        assertThat(call.answer.join().get(Field.ID))
                .isEqualTo(server.lastCall().message.get(Field.ID));
    }

    @Test
    void aResponseThatEndsWithoutAnAnswerLeavesTheOutcomeUnknown() {
        RecordingCall call = send(http(Isolation.SESSION), ANNE);
        server.lastCall().receiver.onEnd();

        assertThat(call.failure().code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(server.calls).hasSize(1);
    }

    @Test
    void aForgottenSessionIsInitializedAgainAndTheCallRepeatedOnce() {
        RecordingCall call = send(http(Isolation.SESSION), ANNE);
        server.lastCall().receiver.onFailure(SESSION_LOST);

        assertThat(server.handshakes).hasSize(2);
        assertThat(server.calls).hasSize(2);
        assertThat(server.calls.get(1).message.numericId())
                .isNotEqualTo(server.calls.get(0).message.numericId());
        assertThat(server.channels.get(0).closed).isTrue();
        server.lastCall().answer("7");
        assertThat(call.result()).isEqualTo("7");
        send(http(Isolation.SESSION), ANNE);
        assertThat(server.handshakes).hasSize(2);
    }

    @Test
    void aServerThatForgetsEverySessionIsNotAskedForEver() {
        RecordingCall call = send(http(Isolation.SESSION), ANNE);
        server.lastCall().receiver.onFailure(SESSION_LOST);
        server.lastCall().receiver.onFailure(SESSION_LOST);

        assertThat(call.failure().code()).isEqualTo(ErrorCode.UPSTREAM_PROTOCOL);
        assertThat(server.calls).hasSize(2);
    }

    @Test
    void whatCouldNotBeDeliveredIsSentOnceMoreAfterAPause() {
        RecordingCall call = send(http(Isolation.SESSION), ANNE);
        server.lastCall().receiver.onFailure(UNREACHABLE);
        assertThat(server.calls).hasSize(1);
        timers.advance(Duration.ofMillis(100));
        server.lastCall().receiver.onFailure(UNREACHABLE);

        assertThat(call.failure().code()).isEqualTo(ErrorCode.UPSTREAM_UNREACHABLE);
        assertThat(server.calls).hasSize(2);
    }

    @Test
    void whatMayHaveRunIsNeverSentAgain() {
        RecordingCall call = send(http(Isolation.SESSION), ANNE);
        server.lastCall().receiver.onFailure(BROKEN);
        timers.advance(Duration.ofSeconds(5));

        assertThat(call.failure()).isSameAs(BROKEN);
        assertThat(server.calls).hasSize(1);
    }

    @Test
    void aServerThatDiesLeavesTheOutcomeOfWhatItWasSentUnknown() {
        RecordingCall call = send(stdio(Isolation.SHARED), ANNE);
        server.channels.get(0).listener.onClosed(UNREACHABLE);

        assertThat(call.failure().code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(call.failure()).hasMessageContaining("tools/call \"say\"").hasMessageContaining("svc");
    }

    @Test
    void anInstanceThatEndsTakesItsSessionsCallsAndConnectionsWithIt() {
        RecordingCall anne = send(http(Isolation.SESSION), ANNE);
        RecordingCall bob = send(http(Isolation.SESSION), BOB);
        upstreams.closeInstance(http(Isolation.SESSION).instance());

        assertThat(anne.failure().code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(bob.failure().code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(server.channels).allMatch(channel -> channel.closed);
        assertThat(server.evicted).isNotEmpty();
        assertThat(server.calls).allMatch(received -> received.cancelled);
    }

    @Test
    void aClientThatLeavesTakesOnlyItsOwnSession() {
        send(http(Isolation.SESSION), ANNE);
        RecordingCall bob = send(http(Isolation.SESSION), BOB);
        upstreams.closeClient(ANNE.key());

        assertThat(server.channels.get(0).closed).isTrue();
        assertThat(server.channels.get(1).closed).isFalse();
        assertThat(bob.answer).isNotDone();
    }

    @Test
    void aSleepingServicesIdleConnectionsAreDroppedAndItsSessionsKept() {
        send(http(Isolation.SESSION), ANNE);
        upstreams.evictConnections(http(Isolation.SESSION).service().name());

        assertThat(server.evicted).hasSize(1);
        assertThat(server.channels.get(0).closed).isFalse();
    }

    @Test
    void theGatewayAnswersPingAndRefusesEverythingElse() {
        send(http(Isolation.SESSION), ANNE);
        server.lastCall().say("{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}");
        server.channels
                .get(0)
                .listener
                .onMessage(Message.parse(
                        EchoServer.text("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"sampling/createMessage\"}")));

        List<String> answers = server.notifications.stream()
                .filter(received -> received.message.isAnswer())
                .map(received -> new String(received.message.bytes(), StandardCharsets.UTF_8))
                .toList();
        assertThat(answers.get(0)).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"result\":{}}");
        assertThat(answers.get(1)).contains("\"id\":0").contains("-32601");
    }

    @Test
    void whatAServerSaysUnaskedIsHeardWithItsClient() {
        send(http(Isolation.SESSION), ANNE);
        Message changed =
                Message.parse(EchoServer.text("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}"));
        server.channels.get(0).listener.onMessage(changed);

        assertThat(heard).containsExactly("svc anne notifications/tools/list_changed");
    }

    @Test
    void aNotificationOfTheClientGoesToItsSessionAndOpensNone() {
        Message changed =
                Message.parse(EchoServer.text("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/roots/list_changed\"}"));
        upstreams.notify(http(Isolation.SESSION), ANNE, changed);
        assertThat(server.channels).isEmpty();

        send(http(Isolation.SESSION), ANNE);
        upstreams.notify(http(Isolation.SESSION), ANNE, changed);
        assertThat(server.notificationTexts()).contains("notifications/roots/list_changed null");
    }

    @Test
    void aServiceThatCannotBeReachedIsLeftAloneForAWhile() {
        server.failure = UNREACHABLE;
        for (int i = 0; i < 5; i++) {
            RecordingCall call = send(http(Isolation.SESSION), ANNE);
            timers.advance(Duration.ofMillis(100));
            assertThat(call.failure().code()).isEqualTo(ErrorCode.UPSTREAM_UNREACHABLE);
        }
        int opened = server.channels.size();
        RecordingCall refused = send(http(Isolation.SESSION), ANNE);
        assertThat(refused.failure().code()).isEqualTo(ErrorCode.CIRCUIT_OPEN);
        assertThat(refused.failure()).hasMessageContaining("10001 ms");
        assertThat(server.channels).hasSize(opened);

        timers.advance(Duration.ofSeconds(10));
        server.failure = null;
        RecordingCall probe = send(http(Isolation.SESSION), ANNE);
        server.lastCall().answer("1");
        assertThat(probe.result()).isEqualTo("1");
        send(http(Isolation.SESSION), BOB);
        assertThat(server.calls).hasSize(2);
    }

    @Test
    void onlyOneProbeIsLetThroughAtATime() {
        server.failure = UNREACHABLE;
        for (int i = 0; i < 5; i++) {
            send(http(Isolation.SESSION), ANNE);
            timers.advance(Duration.ofMillis(100));
        }
        timers.advance(Duration.ofSeconds(10));
        server.failure = null;
        server.shakesHands = false;
        RecordingCall probe = send(http(Isolation.SESSION), ANNE);
        RecordingCall other = send(http(Isolation.SESSION), BOB);

        assertThat(other.failure().code()).isEqualTo(ErrorCode.CIRCUIT_OPEN);
        assertThat(probe.answer).isNotDone();
    }

    @Test
    void aResponseThatGoesOnBehindItsAnswerIsCutOff() {
        RecordingCall call = send(http(Isolation.SESSION), ANNE);
        ManualServer.Received received = server.lastCall();
        received.say(new String(EchoServer.result(received.message.requireId().json(), "7"), StandardCharsets.UTF_8));
        assertThat(call.result()).isEqualTo("7");
        assertThat(received.cancelled).isFalse();

        timers.advance(Duration.ofSeconds(10));
        assertThat(received.cancelled).isTrue();
        assertThat(timers.waiting()).isZero();
    }

    @Test
    void afterClosingEverythingIsRefused() {
        RecordingCall under = send(http(Isolation.SESSION), ANNE);
        upstreams.close();
        RecordingCall after = send(http(Isolation.SESSION), ANNE);

        assertThat(under.failure().code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(after.failure().code()).isEqualTo(ErrorCode.SHUTTING_DOWN);
    }
}
