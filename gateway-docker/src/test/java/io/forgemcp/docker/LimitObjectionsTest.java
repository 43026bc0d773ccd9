package io.forgemcp.docker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LimitObjectionsTest {
    private static final long MIB = 1 << 20;
    private static final HostFacts TWO_PROCESSORS = new HostFacts("28", 2, true, true, false, true, 2);

    @Test
    void whatAnEngineTakesIsNotObjectedTo() {
        assertThat(LimitObjections.to(6 * MIB, 2, TWO_PROCESSORS)).isEmpty();
        assertThat(LimitObjections.to(6 * MIB, 0.01, TWO_PROCESSORS)).isEmpty();
    }

    @Test
    void everythingThatIsWrongIsNamedAtOnce() {
        assertThat(LimitObjections.to(MIB, 64, TWO_PROCESSORS))
                .containsOnlyKeys("resources.memory", "resources.cpu")
                .hasEntrySatisfying(
                        "resources.memory",
                        why -> assertThat(why).contains("1MB").contains("at least 6MB"))
                .hasEntrySatisfying(
                        "resources.cpu", why -> assertThat(why).contains("64").contains("host has 2"));
    }

    @Test
    void noneIsNotNoLimit() {
        assertThat(LimitObjections.to(0, 0, TWO_PROCESSORS)).containsOnlyKeys("resources.memory", "resources.cpu");
        assertThat(LimitObjections.to(6 * MIB, -1, null)).containsOnlyKeys("resources.cpu");
    }

    @Test
    void aHostThatIsNotKnownSetsNoBound() {
        assertThat(LimitObjections.to(6 * MIB, 64, null)).isEmpty();
        assertThat(LimitObjections.to(6 * MIB, 64, new HostFacts("28", 2, true, true, false, true, 0)))
                .isEmpty();
    }
}
