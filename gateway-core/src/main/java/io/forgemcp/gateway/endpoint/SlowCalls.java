package io.forgemcp.gateway.endpoint;

import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Looks at the calls under way every so often, so that the answers of slow ones begin as streams: those are kept alive on
 * the way through proxies, and can be resumed. One look at all of them costs quick calls nothing; none is taken while
 * nothing is under way. Thread-safe.
 */
final class SlowCalls {
    static final Duration INTERVAL = Duration.ofSeconds(5);

    private final Timers timers;
    private final Consumer<Runnable> look;
    private final AtomicBoolean planned = new AtomicBoolean();

    /** @param look looks at all calls once, and runs the action if any is under way */
    SlowCalls(Timers timers, Consumer<Runnable> look) {
        this.timers = timers;
        this.look = look;
    }

    /** A call is under way. */
    void began() {
        if (!planned.get() && planned.compareAndSet(false, true)) {
            timers.schedule(INTERVAL, () -> {
                planned.set(false);
                look.accept(this::began);
            });
        }
    }
}
