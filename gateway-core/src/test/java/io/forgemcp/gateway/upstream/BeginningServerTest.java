package io.forgemcp.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Isolation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether anybody has been answered by a server yet: while nobody has, nothing of those who wait for it runs there. */
class BeginningServerTest extends ManualUpstreams {
    private static final InstanceId INSTANCE = http(Isolation.SHARED).instance();

    private void answerHandshake() {
        server.calls.remove(0).answer(EchoServer.INITIALIZE_RESULT);
    }

    private static UpstreamTarget target(String transport) {
        return transport.equals("http") ? http(Isolation.SHARED) : stdio(Isolation.SHARED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "stdio"})
    void oneThatIsSilentIsBeginningWhoeverWaitsForIt(String transport) {
        server.shakesHands = false;
        assertThat(upstreams.isBeginning(INSTANCE))
                .as("nobody has spoken to it")
                .isFalse();

        upstreams.session(target(transport), ClientProfile.GATEWAY);
        send(target(transport), ANNE);

        assertThat(upstreams.isBeginning(INSTANCE)).isTrue();
        assertThat(upstreams.isBeginning(new InstanceId(INSTANCE.service(), 2))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "stdio"})
    void oneThatHasAnsweredIsNot(String transport) {
        server.shakesHands = false;
        send(target(transport), ANNE);
        answerHandshake();

        assertThat(upstreams.isBeginning(INSTANCE)).isFalse();
    }

    @Test
    void oneThatHasAnsweredOneClientIsNotForTheNext() {
        send(http(Isolation.SESSION), ANNE);
        server.shakesHands = false;
        send(http(Isolation.SESSION), BOB);

        assertThat(upstreams.isBeginning(INSTANCE)).isFalse();
    }

    @Test
    void oneThatHasForgottenTheSessionIsNotWhileCallsOfItMayStillBeAnswered() {
        RecordingCall running = send(http(Isolation.SHARED), ANNE);
        send(http(Isolation.SHARED), BOB);
        server.shakesHands = false;
        server.lastCall()
                .receiver
                .onFailure(new GatewayException(ErrorCode.SESSION_NOT_FOUND, "It has no such session."));
        assertThat(running.answer).isNotDone();
        assertThat(upstreams.isBeginning(INSTANCE)).isFalse();

        server.calls.get(0).answer("1");
        assertThat(upstreams.isBeginning(INSTANCE)).as("only who waits is left").isTrue();
    }
}
