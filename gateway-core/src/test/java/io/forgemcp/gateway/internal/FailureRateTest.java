package io.forgemcp.gateway.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.endpoint.CountedCalls;
import org.junit.jupiter.api.Test;

class FailureRateTest {
    @Test
    void itIsTheShareOfTheCallsSinceItWasLastAskedAndUnknownAfterTooFew() {
        CountedCalls calls = new CountedCalls();
        FailureRate rate = new FailureRate(() -> calls.tallies().values());
        assertThat(rate.get()).isNull();
        calls.ended("search", 15, 5);
        assertThat(rate.get()).isEqualTo(0.25);
        calls.ended("search", 10, 0);
        assertThat(rate.get()).isNull();
        calls.ended("search", 0, 10);
        assertThat(rate.get()).isEqualTo(0.5);
    }
}
