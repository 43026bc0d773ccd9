package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CallTallyTest {
    private final CallTally tally = new CallTally();

    @Test
    void nothingIsKnownBeforeTheFirstCall() {
        assertThat(tally.read().lastStarted()).isNull();
        assertThat(tally.read().quantile(0.5)).isNull();
    }

    @Test
    void callsAndFailuresAreCountedAndTheLatestStartIsKept() {
        tally.ended(100, 200, false);
        tally.ended(50, 300, true);
        assertThat(tally.read().calls()).isEqualTo(2);
        assertThat(tally.read().failures()).isEqualTo(1);
        assertThat(tally.read().lastStarted()).isEqualTo(100);
    }

    @Test
    void quantilesAreOfTheLastCalls() {
        for (int i = 0; i < 1000; i++) {
            tally.ended(0, 9_000_000_000L, false);
        }
        for (int i = 1; i <= 256; i++) {
            tally.ended(0, i * 1_000_000L, false);
        }
        assertThat(tally.read().quantile(0.5)).isEqualTo(0.128);
        assertThat(tally.read().quantile(0.95)).isEqualTo(0.244);
        assertThat(tally.read().quantile(1)).isEqualTo(0.256);
    }
}
