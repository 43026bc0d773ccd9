package io.forgemcp.gateway.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a server wrote is wanted most once it has ended. */
class LastLinesTest {
    private final Lifecycle lifecycle = Lifecycle.withService();

    @AfterEach
    void close() {
        lifecycle.close();
    }

    private List<String> logs(int lines) {
        return lifecycle.manager.logs(Lifecycle.NAME, lines);
    }

    @Test
    void theLastLinesOfAnInstanceThatCrashedCanBeRead() {
        lifecycle.use();
        lifecycle.runtime.last().lines = List.of("starting", "out of ideas");

        lifecycle.runtime.last().crash("exit status 3");

        assertThat(logs(10)).containsExactly("starting", "out of ideas");
        assertThat(logs(1)).containsExactly("out of ideas");
    }

    @Test
    void thoseOfAnInstanceThatWasStoppedToo() {
        lifecycle.use();
        lifecycle.runtime.last().lines = List.of("going");

        lifecycle.manager.stop(Lifecycle.NAME, Force.YES);

        assertThat(logs(10)).containsExactly("going");
    }

    @Test
    void thoseOfAStartThatFailedTakeThePlaceOfEarlierOnes() {
        lifecycle.use();
        lifecycle.runtime.last().lines = List.of("old");
        lifecycle.manager.stop(Lifecycle.NAME, Force.YES);

        lifecycle.runtime.writes = List.of("reading settings", "TOKEN is missing");
        lifecycle.runtime.failStarts("exit status 3");
        lifecycle.acquire();

        assertThat(lifecycle.state()).isEqualTo(ServiceState.ERROR);
        assertThat(logs(10)).containsExactly("reading settings", "TOKEN is missing");
    }

    @Test
    void aStartThatFailsWithoutAWordLeavesTheLinesOfTheOneBefore() {
        lifecycle.use();
        lifecycle.runtime.last().lines = List.of("old");
        lifecycle.manager.stop(Lifecycle.NAME, Force.YES);

        lifecycle.runtime.failStarts("no engine");
        lifecycle.acquire();

        assertThat(logs(10)).containsExactly("old");
    }

    @Test
    void theNextInstanceTakesTheirPlace() {
        lifecycle.use();
        lifecycle.runtime.last().lines = List.of("old");
        lifecycle.manager.stop(Lifecycle.NAME, Force.YES);

        lifecycle.use();
        lifecycle.runtime.last().lines = List.of("new");

        assertThat(logs(10)).containsExactly("new");
    }
}
