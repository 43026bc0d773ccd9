package io.forgemcp.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LogFollowerTest {
    @Test
    void onlyWhatWasNotThereBeforeIsNew() {
        assertThat(LogFollower.added(List.of(), List.of("a", "b"))).containsExactly("a", "b");
        assertThat(LogFollower.added(List.of("a"), List.of("a", "b"))).containsExactly("b");
        assertThat(LogFollower.added(List.of("a", "b"), List.of("a", "b"))).isEmpty();
        assertThat(LogFollower.added(List.of("a", "b", "c"), List.of("b", "c", "d")))
                .containsExactly("d");
        assertThat(LogFollower.added(List.of("a", "b"), List.of("c"))).containsExactly("c");
    }

    @Test
    void theSameLineTwiceIsTwoLines() {
        assertThat(LogFollower.added(List.of("x"), List.of("x", "x"))).containsExactly("x");
    }
}
