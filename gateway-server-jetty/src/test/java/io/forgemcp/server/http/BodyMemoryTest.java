package io.forgemcp.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Many large requests cannot fill the memory together. */
class BodyMemoryTest {
    private final BodyMemory memory = new BodyMemory(100);

    @Test
    void whatDoesNotFitBesideTheOthersIsRefusedAndTakesNothing() {
        assertThat(memory.take(60)).isTrue();
        assertThat(memory.take(60)).isFalse();
        assertThat(memory.taken()).isEqualTo(60);
        assertThat(memory.take(40)).isTrue();
    }

    @Test
    void whatIsGivenBackIsThereForTheNext() {
        memory.take(80);
        memory.giveBack(80);
        assertThat(memory.take(80)).isTrue();
    }

    @Test
    void aBodyLargerThanAllIsTakenWhileItIsTheOnlyOne() {
        assertThat(memory.take(500)).isTrue();
        assertThat(memory.take(1)).isFalse();
    }
}
