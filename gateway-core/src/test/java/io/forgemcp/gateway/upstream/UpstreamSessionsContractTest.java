package io.forgemcp.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.service.Isolation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What callers of {@link Upstreams} may rely on about sessions: who shares one, how it begins and how it ends. */
class UpstreamSessionsContractTest extends ManualUpstreams {
    private static final GatewayException SESSION_LOST = new GatewayException(ErrorCode.SESSION_NOT_FOUND, "Gone.");

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

        upstreams.closeInstance(http(Isolation.SHARED).instance(), "exit status 3");
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
    void aCallThatFailsBeforeItHasASessionSaysWhichServiceItWasFor() {
        server.shakesHands = false;
        RecordingCall call = new RecordingCall();
        UpstreamRequest hurried = new UpstreamRequest(request("1", "").message(), null, Duration.ofSeconds(1));
        upstreams.send(http(Isolation.SESSION), ANNE, hurried, call);

        timers.advance(Duration.ofSeconds(3));

        assertThat(call.failure().code()).isEqualTo(ErrorCode.CALL_TIMEOUT);
        assertThat(call.failure()).hasMessageContaining("\"svc\"");
    }

    @Test
    void aServerOnStandardStreamsThatDoesNotFinishTheHandshakeIsReportedOnceWithTheReason() {
        server.shakesHands = false;
        RecordingCall call = new RecordingCall();
        UpstreamRequest patient = new UpstreamRequest(request("1", "").message(), null, Duration.ofHours(1));
        upstreams.send(stdio(Isolation.SHARED), ANNE, patient, call);
        assertThat(heard).isEmpty();

        timers.advance(UpstreamSettings.DEFAULT.handshakeTimeout());

        assertThat(call.failure().code()).isEqualTo(ErrorCode.WAKE_TIMEOUT);
        assertThat(heard)
                .singleElement()
                .asString()
                .startsWith("svc#1 is silent: Service \"svc\" did not finish the MCP handshake within");
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
    void anInstanceThatEndsTakesItsSessionsCallsAndConnectionsWithIt() {
        RecordingCall anne = send(http(Isolation.SESSION), ANNE);
        RecordingCall bob = send(http(Isolation.SESSION), BOB);
        upstreams.closeInstance(http(Isolation.SESSION).instance(), "exit status 3");

        assertThat(anne.failure().code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(bob.failure().code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(server.channels).allMatch(channel -> channel.closed);
        assertThat(server.evicted).isNotEmpty();
        assertThat(server.calls).allMatch(received -> received.cancelled);
    }

    @Test
    void aCallThatWaitsToBeSentAgainEndsWithItsInstanceAndNobodySpeaksToThatAnyMore() {
        RecordingCall call = send(http(Isolation.SHARED), ANNE);
        server.lastCall().receiver.onFailure(UNREACHABLE);
        upstreams.closeInstance(http(Isolation.SHARED).instance(), "exit status 143");

        assertThat(call.failure()).isInstanceOf(Undelivered.class).hasMessageContaining("exit status 143");
        timers.advance(UpstreamSettings.DEFAULT.retryDelay());
        assertThat(server.channels).hasSize(1);
        assertThat(server.calls).hasSize(1);
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

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"UPSTREAM_REFUSED", "UPSTREAM_AUTHORIZATION_NEEDED"})
    void aServiceThatWantsOtherCredentialsIsNotLeftAlone(ErrorCode code) {
        server.failure = new GatewayException(code, "it wants others");
        for (int i = 0; i < 10; i++) {
            RecordingCall call = send(http(Isolation.SESSION), ANNE);
            assertThat(call.failure().code()).isEqualTo(code);
        }

        server.failure = null;
        RecordingCall mended = send(http(Isolation.SESSION), ANNE);
        server.lastCall().answer("1");
        assertThat(mended.result()).isEqualTo("1");
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
    void afterClosingEverythingIsRefused() {
        RecordingCall under = send(http(Isolation.SESSION), ANNE);
        upstreams.close();
        RecordingCall after = send(http(Isolation.SESSION), ANNE);

        assertThat(under.failure().code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(after.failure().code()).isEqualTo(ErrorCode.SHUTTING_DOWN);
    }
}
