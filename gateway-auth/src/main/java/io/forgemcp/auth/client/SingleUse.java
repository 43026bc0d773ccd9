package io.forgemcp.auth.client;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Things that wait to be taken, once and within ten minutes, by whoever knows the name that they were put under. At most
 * so many wait; the oldest goes first. Thread-safe.
 */
final class SingleUse<T> {
    static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final int MAX_WAITING = 200;

    private final LongSupplier ticks;
    /** In the order of their end, which is that of their beginning. */
    private final LinkedHashMap<String, Waiting<T>> waiting = new LinkedHashMap<>();

    private record Waiting<T>(T thing, long since) {}

    /** @param ticks nanoseconds that only ever go forward */
    SingleUse(LongSupplier ticks) {
        this.ticks = ticks;
    }

    /** @param name that nobody can guess */
    synchronized void put(String name, T thing) {
        forgetOld();
        if (waiting.size() >= MAX_WAITING) {
            Iterator<String> oldest = waiting.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        waiting.put(name, new Waiting<>(thing, ticks.getAsLong()));
    }

    /**
     * Takes a thing out, so that nobody gets it again.
     *
     * @param allowed whether it may be taken; otherwise it stays
     * @return null if nothing waits under this name, or not any more, or not for this taker
     */
    synchronized @Nullable T take(String name, Predicate<T> allowed) {
        forgetOld();
        Waiting<T> found = waiting.get(name);
        if (found == null || isOver(found) || !allowed.test(found.thing())) {
            return null;
        }
        waiting.remove(name);
        return found.thing();
    }

    private boolean isOver(Waiting<T> found) {
        return ticks.getAsLong() - found.since() >= PATIENCE.toNanos();
    }

    private void forgetOld() {
        for (Iterator<Map.Entry<String, Waiting<T>>> all = waiting.entrySet().iterator(); all.hasNext(); ) {
            if (!isOver(all.next().getValue())) {
                return;
            }
            all.remove();
        }
    }
}
