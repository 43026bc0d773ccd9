package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import io.forgemcp.gateway.time.ManualTimers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which ends of a container were somebody's wish. */
class SignalsByHandTest {
    private final ManualTimers timers = new ManualTimers();
    private final SignalsByHand signals = new SignalsByHand(new OnlyTime());

    private static EngineContainer.Observed ended(long status) {
        return new EngineContainer.Observed(false, false, status, false, "", 0, 0, 0, Map.of());
    }

    private void send(String signal) {
        signals.sent(Map.of("signal", signal));
    }

    @Test
    void anEndWithoutAnySignalWasNobodysWish() {
        assertThat(signals.explain(ended(137))).isFalse();
        assertThat(signals.explain(null)).isFalse();
    }

    @Test
    void anOrderToEndExplainsAnyStatus() {
        send("15");
        assertThat(signals.explain(ended(0))).isTrue();
        assertThat(signals.explain(ended(1))).isTrue();
        assertThat(signals.explain(null)).isTrue();
    }

    @Test
    void anotherSignalExplainsOnlyThatItKilled() {
        send("1");
        assertThat(signals.explain(ended(1))).isFalse();
        assertThat(signals.explain(ended(129))).isTrue();
        assertThat(signals.explain(ended(138))).isFalse();
    }

    @Test
    void oneThatLeavesInOrderAfterAnySignalHasDoneWhatItWasTold() {
        send("28");
        assertThat(signals.explain(ended(0))).isTrue();
        assertThat(signals.explain(ended(3))).isFalse();
    }

    @Test
    void eachSignalCountsForItsOwnFifteenSeconds() {
        send("15");
        timers.advance(Duration.ofSeconds(10));
        send("9");
        timers.advance(Duration.ofSeconds(10));
        assertThat(signals.explain(ended(137))).as("the second").isTrue();
        timers.advance(Duration.ofSeconds(5));
        assertThat(signals.explain(ended(137))).isFalse();
    }

    @Test
    void anEventThatNamesNoSignalCountsAsAnOrderToEnd() {
        signals.sent(null);
        assertThat(signals.explain(ended(1))).isTrue();
    }

    private final class OnlyTime implements Surroundings {
        @Override
        public Executor workers() {
            return Runnable::run;
        }

        @Override
        public void later(Duration delay, Runnable task) {
            timers.schedule(delay, task);
        }

        @Override
        public SwapSpace swap() {
            return new SwapSpace(0, 0, 0, 0, "none");
        }

        @Override
        public Map<SleepDepth, String> withheldDepths() {
            return Map.of();
        }

        @Override
        public Instance.@Nullable Usage asked(EngineContainer container, boolean paused) {
            return null;
        }

        @Override
        public void forget(DockerInstance instance) {}

        @Override
        public void discard(EngineContainer container) {}
    }
}
