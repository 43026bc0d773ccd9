package io.forgemcp.auth.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SingleUseTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final SingleUse<String> things = new SingleUse<>(now::get);

    @Test
    void aThingIsTakenOnce() {
        things.put("name", "thing");

        assertThat(things.take("name", thing -> true)).isEqualTo("thing");
        assertThat(things.take("name", thing -> true)).isNull();
    }

    @Test
    void whoeverMayNotTakeItLeavesIt() {
        things.put("name", "thing");

        assertThat(things.take("name", thing -> false)).isNull();
        assertThat(things.take("name", thing -> true)).isEqualTo("thing");
    }

    @Test
    void itWaitsForTenMinutes() {
        things.put("name", "thing");
        now.addAndGet(Duration.ofMinutes(10).toNanos());

        assertThat(things.take("name", thing -> true)).isNull();
    }

    @Test
    void theOldestMakesRoomWhenManyWait() {
        for (int i = 0; i < 201; i++) {
            things.put("name" + i, "thing");
        }

        assertThat(things.take("name0", thing -> true)).isNull();
        assertThat(things.take("name1", thing -> true)).isNotNull();
        assertThat(things.take("name200", thing -> true)).isNotNull();
    }
}
