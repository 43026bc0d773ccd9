package io.forgemcp.gateway.translate;

import java.time.Duration;

/** How often in a row a server has failed, and what follows from that. Not thread-safe. */
final class Failures {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final int HOPELESS = 5;
    /** From so many on the pause is longer than a caller likes to be kept in the dark. */
    private static final int REFUSING = 3;

    private int count;

    /**
     * One more.
     *
     * @param wasAllRight whether the server had worked before, which makes this a first failure
     * @return how long to wait before the next attempt
     */
    Duration next(boolean wasAllRight) {
        count = wasAllRight ? 1 : count + 1;
        Duration pause = FIRST_PAUSE;
        for (int i = 1; i < count && pause.compareTo(LONGEST_PAUSE) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    boolean isFirst() {
        return count == 1;
    }

    boolean isHopeless() {
        return count == HOPELESS;
    }

    boolean refuses() {
        return count >= REFUSING;
    }
}
