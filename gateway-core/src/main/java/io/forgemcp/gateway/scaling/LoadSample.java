package io.forgemcp.gateway.scaling;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How busy a service was at one moment.
 *
 * @param cpu mean processor use of its instances as a share of their ceiling, 1 is all of it; null if not known
 * @param memory mean memory use as a share of their ceiling; null if not known
 * @param activeCalls calls being worked on
 * @param waitingCalls calls that wait for a free instance
 */
public record LoadSample(
        Instant at, @Nullable Double cpu, @Nullable Double memory, int activeCalls, int waitingCalls) {
    public LoadSample {
        if ((cpu != null && !(cpu >= 0)) || (memory != null && !(memory >= 0)) || activeCalls < 0 || waitingCalls < 0) {
            throw new IllegalArgumentException("A load is not negative");
        }
    }
}
