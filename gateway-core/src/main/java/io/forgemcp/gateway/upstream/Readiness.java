package io.forgemcp.gateway.upstream;

import java.time.Duration;

/**
 * How long a call waits for its service to be ready.
 *
 * @param time from when the call began, the start of its service included
 * @param by when that is over, on {@link io.forgemcp.gateway.time.Timers#nanoTime}
 */
record Readiness(Duration time, long by) {
    static Readiness of(Duration time, long since) {
        return new Readiness(time, since + time.toNanos());
    }
}
