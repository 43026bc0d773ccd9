package io.forgemcp.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.protocol.Message.Field;
import io.forgemcp.gateway.service.Isolation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What callers of {@link Upstreams} may rely on about a call: its one end, and what is heard of it before. */
class UpstreamCallsContractTest extends ManualUpstreams {
    private static final GatewayException BROKEN = new GatewayException(ErrorCode.OUTCOME_UNKNOWN, "Broken.");

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
    void ofWhatWasNotWrittenBeforeItsInstanceEndedNothingIsUnknown() {
        UpstreamTarget target = stdio(Isolation.SHARED);
        RecordingCall unsent = send(target, ANNE);
        server.lastCall().receiver.onUnsent();
        RecordingCall sent = send(target, ANNE);
        upstreams.closeInstance(target.instance(), "killed");

        assertThat(unsent.failure()).isInstanceOf(Undelivered.class).hasMessageContaining("killed");
        assertThat(sent.failure().code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
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
}
