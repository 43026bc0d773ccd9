package io.forgemcp.gateway.endpoint;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How many of something each holder has, so that one does not take what is there for all. Thread-safe. */
public final class Holdings {
    private final Map<String, Integer> held = new ConcurrentHashMap<>();
    private final int most;

    /** @param most of one holder */
    public Holdings(int most) {
        this.most = most;
    }

    /** Takes one more, to be given back with {@link #give}; false if the holder has the most already. */
    public boolean take(String holder) {
        if (held.merge(holder, 1, Integer::sum) <= most) {
            return true;
        }
        give(holder);
        return false;
    }

    /** Whether {@link #take} would succeed now. */
    public boolean hasRoom(String holder) {
        return held.getOrDefault(holder, 0) < most;
    }

    /** Gives one back. */
    public void give(String holder) {
        held.computeIfPresent(holder, (name, count) -> count == 1 ? null : count - 1);
    }
}
