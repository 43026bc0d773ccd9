package io.forgemcp.gateway.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.time.ManualTimers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnnouncementPaceTest {
    private final ManualTimers timers = new ManualTimers(Instant.parse("2026-01-01T00:00:00Z"));
    private final List<Long> told = new ArrayList<>();
    private final long begun = timers.nanoTime();

    /** How often something changes while clients are being told. */
    private int changesMeanwhile;

    private final AnnouncementPace pace = new AnnouncementPace(timers, this::tell);

    private void tell() {
        if (changesMeanwhile-- > 0) {
            pace.changed();
        }
        pace.told();
        told.add(Duration.ofNanos(timers.nanoTime() - begun).toMillis());
    }

    @Test
    void aBurstIsToldOnceAndWhatFollowsASecondLater() {
        pace.changed();
        pace.changed();
        timers.advance(Duration.ofMillis(50));
        pace.changed();
        timers.advance(Duration.ofSeconds(5));

        assertThat(told).containsExactly(50L, 1050L);
    }

    @Test
    void aChangeWhileClientsAreToldIsToldASecondLaterToo() {
        changesMeanwhile = 2;
        pace.changed();
        timers.advance(Duration.ofMillis(50));
        timers.advance(Duration.ofSeconds(5));

        assertThat(told).containsExactly(50L, 1050L, 2050L);
    }
}
