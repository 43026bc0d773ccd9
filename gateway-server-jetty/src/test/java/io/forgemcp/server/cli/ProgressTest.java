package io.forgemcp.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private record Due(Duration after, Runnable task) {}

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Deque<Due> scheduled = new ArrayDeque<>();
    private final Progress progress = new Progress(
            new PrintStream(err, true, StandardCharsets.UTF_8), delay -> task -> scheduled.add(new Due(delay, task)));

    @Test
    void quickWorkSaysNothing() {
        assertThat(progress.during("counting", () -> 7)).isEqualTo(7);
        scheduled.forEach(due -> due.task().run());
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void slowWorkSaysWhatAndHowLong() {
        progress.during("calling x", () -> {
            assertThat(scheduled.peek().after()).isEqualTo(Duration.ofSeconds(1));
            scheduled.remove().task().run();
            assertThat(scheduled.peek().after()).isEqualTo(Duration.ofSeconds(10));
            scheduled.remove().task().run();
            return null;
        });
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("forge-gateway: calling x ... 1 s", "forge-gateway: calling x ... 11 s");
    }
}
