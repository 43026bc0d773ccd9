package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.security.Caller;
import io.forgemcp.gateway.time.ManualTimers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClientSessionsTest {
    private static final Caller GREEDY = new Caller("greedy", Set.of());
    private static final Caller OTHER = new Caller("other", Set.of());
    private static final Duration IDLE = Duration.ofMinutes(30);

    private final ManualTimers timers = new ManualTimers();
    private final ClientSessions sessions = new ClientSessions(timers, IDLE, 10, key -> {});

    private List<ClientSession> openFive() {
        List<ClientSession> open = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            open.add(sessions.open(GREEDY, null));
        }
        return open;
    }

    @Test
    void aCallerWhoOpensSessionAfterSessionIsRefusedAtHalfOfAllAndLeavesRoomForOthers() {
        openFive();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> sessions.open(GREEDY, null))
                    .isInstanceOfSatisfying(
                            GatewayException.class,
                            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.TOO_MANY_SESSIONS))
                    .hasMessageContainingAll("5 sessions", "one caller", "DELETE");
        }
        assertThat(sessions.size()).isEqualTo(5);
        assertThat(sessions.open(OTHER, null).caller()).isEqualTo(OTHER);
    }

    @Test
    void anEndedSessionMakesRoomForOneMore() {
        ClientSession first = openFive().get(0);
        sessions.end(first, "ended");
        sessions.end(first, "ended twice, counted once");
        sessions.open(GREEDY, null);

        assertThatThrownBy(() -> sessions.open(GREEDY, null)).isInstanceOf(GatewayException.class);
    }

    @Test
    void aClientIsAwaySinceItWasLastThereAndNeverWhileItListens() {
        ClientSession session = sessions.open(OTHER, null);
        timers.advance(Duration.ofMinutes(4));
        assertThat(sessions.away(session.key())).contains(Duration.ofMinutes(4));
        sessions.require(session.id(), OTHER, null);
        assertThat(sessions.away(session.key())).contains(Duration.ZERO);

        EventStream connection = new Ignored();
        SessionStream stream = session.streams().standing(connection, true, false);
        timers.advance(Duration.ofMinutes(20));
        assertThat(sessions.away(session.key())).contains(Duration.ZERO);
        stream.disconnected(connection);
        timers.advance(Duration.ofSeconds(59));

        assertThat(sessions.away(session.key()))
                .hasValueSatisfying(away -> assertThat(away).isLessThan(Duration.ofMinutes(2)));
        sessions.end(session, "ended");
        assertThat(sessions.away(session.key())).isEmpty();
    }

    @Test
    void idleSessionsEndAndMakeRoom() {
        openFive();
        timers.advance(IDLE.multipliedBy(2));

        assertThat(openFive()).hasSize(5);
    }

    @Test
    void aSmallHeapKeepsLessForStreamsThatAreResumed() {
        assertThat(ReplayLog.Limits.forHeap(120L << 20).totalBytes()).isEqualTo(15L << 20);
        assertThat(ReplayLog.Limits.forHeap(4L << 30).totalBytes()).isEqualTo(32L << 20);
    }

    /** A connection on which nobody looks at what is sent. */
    private static final class Ignored implements EventStream {
        @Override
        public void event(String event, byte[] data) {}

        @Override
        public void comment(String text) {}

        @Override
        public void close() {}
    }
}
