package io.forgemcp.server.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

/** Tells the person at the terminal, on standard error, what is going on when it takes longer than a second. */
final class Progress {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration NEXT = Duration.ofSeconds(10);

    private final PrintStream err;
    private final Function<Duration, Executor> after;

    Progress(PrintStream err) {
        this(err, delay -> CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS));
    }

    Progress(PrintStream err, Function<Duration, Executor> after) {
        this.err = err;
        this.after = after;
    }

    /**
     * Does the work on the calling thread.
     *
     * @param what for example {@code "calling time-now"}
     */
    <T> T during(String what, Supplier<T> work) {
        AtomicBoolean over = new AtomicBoolean();
        announce(what, FIRST, over);
        try {
            return work.get();
        } finally {
            over.set(true);
        }
    }

    private void announce(String what, Duration waited, AtomicBoolean over) {
        Duration delay = waited.equals(FIRST) ? FIRST : NEXT;
        after.apply(delay).execute(() -> {
            if (!over.get()) {
                err.println("forge-gateway: " + what + " ... " + waited.toSeconds() + " s");
                announce(what, waited.plus(NEXT), over);
            }
        });
    }
}
