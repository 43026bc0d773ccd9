package io.forgemcp.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.metrics.NoMetrics;
import io.forgemcp.gateway.protocol.Message;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each call has its own time for a handshake, whoever began it; a handshake takes 60 s at most unless somebody waits on. */
class HandshakeDeadlineTest extends ManualUpstreams {
    private static final Duration WAKE_TIME = Duration.ofSeconds(60);

    @BeforeEach
    void silent() {
        server.shakesHands = false;
    }

    private static UpstreamRequest patient() {
        return new UpstreamRequest(request("1", "").message(), null, Duration.ofHours(1));
    }

    private RecordingCall call() {
        RecordingCall call = new RecordingCall();
        upstreams.send(stdio(Isolation.SHARED), ANNE, patient(), call);
        return call;
    }

    /** One that has waited for the start of its service for so long already. */
    private RecordingCall callAfter(int seconds) {
        RecordingCall call = new RecordingCall();
        long since = upstreams.now() - Duration.ofSeconds(seconds).toNanos();
        upstreams.send(stdio(Isolation.SHARED), ANNE, patient(), call, WAKE_TIME, since);
        return call;
    }

    private void pass(int seconds) {
        timers.advance(Duration.ofSeconds(seconds));
    }

    @Test
    void theStartOfTheServiceCountsAndTheHandshakeGoesOnForOthers() {
        RecordingCall call = callAfter(50);
        pass(9);
        assertThat(call.answer).isNotDone();
        pass(1);

        assertThat(call.failure().code()).isEqualTo(ErrorCode.WAKE_TIMEOUT);
        assertThat(call.failure())
                .hasMessageContaining("\"svc\"")
                .hasMessageContaining("within 60000 ms, its start included")
                .hasMessageContaining("say");
        assertThat(heard).isEmpty();
        RecordingCall next = call();
        server.calls.remove(0).answer(EchoServer.INITIALIZE_RESULT);
        assertThat(server.calls).as("what was given up is not sent").hasSize(1);
        server.lastCall().answer("2");
        assertThat(next.result()).isEqualTo("2");
    }

    @Test
    void whoJoinsAHandshakeHasItsOwnTime() {
        RecordingCall first = call();
        pass(40);
        RecordingCall second = call();

        pass(20);
        assertThat(first.failure().code()).isEqualTo(ErrorCode.WAKE_TIMEOUT);
        assertThat(second.answer).isNotDone();
        assertThat(heard).isEmpty();

        pass(39);
        server.calls.remove(0).answer(EchoServer.INITIALIZE_RESULT);
        server.lastCall().answer("2");
        assertThat(second.result()).isEqualTo("2");
        pass(3600);
        assertThat(heard).isEmpty();
    }

    @Test
    void aServerThatIsCalledAgainAndAgainAndSaysNothingIsGivenUp() {
        call();
        pass(40);
        call();
        pass(50);
        RecordingCall third = call();

        pass(10);

        assertThat(third.failure().code()).isEqualTo(ErrorCode.WAKE_TIMEOUT);
        assertThat(heard).singleElement().asString().contains("did not finish the MCP handshake within 100000 ms");
    }

    @Test
    void aTimeThatIsChangedHoldsForTheNextHandshake() {
        AtomicReference<Duration> time = new AtomicReference<>(WAKE_TIME);
        try (Upstreams changed = new Upstreams(
                List.of(server), UpstreamSettings.DEFAULT, time::get, timers, new NoMetrics(), new UpstreamListener() {
                    @Override
                    public void onNotification(ServiceName service, ClientKey client, Message notification) {}
                })) {
            time.set(Duration.ofSeconds(3));
            RecordingCall call = new RecordingCall();
            changed.send(http(Isolation.SHARED), ANNE, patient(), call);
            pass(3);

            assertThat(call.failure()).hasMessageContaining("within 3000 ms");
        }
    }
}
