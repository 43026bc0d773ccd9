package io.forgemcp.docker;

import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The signals that others had the engine send to one container a short while ago, as stopping, killing and removing by hand
 * do, and whether it has ended of one. A signal that mostly asks for something else, to read a configuration again
 * say, counts only if the container was killed by it, or left with status 0, as one does whose image names it as the signal that
 * stops it. Thread-safe.
 */
final class SignalsByHand {
    /** A server that is asked to stop is given ten seconds by the engine; one that lives longer has not ended of that. */
    private static final Duration COUNT = Duration.ofSeconds(15);

    private static final int KILLED_BY = 128;
    private static final int KILL = 9;
    /** HUP is left out: servers take it for the wish that they read their configuration again. */
    private static final Set<Integer> ENDING = Set.of(15, 2, 3, 6, KILL);

    private final Surroundings surroundings;
    /** Each for its own time, the oldest first. */
    private final Queue<Integer> sent = new ConcurrentLinkedQueue<>();

    SignalsByHand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** @param attributes of the engine's event; without a signal it counts as one that ends */
    void sent(@Nullable Map<String, String> attributes) {
        String signal = attributes == null ? "" : attributes.getOrDefault("signal", "");
        sent.add(signal.matches("[0-9]{1,3}") ? Integer.parseInt(signal) : KILL);
        surroundings.later(COUNT, sent::poll);
    }

    /**
     * Whether one of them is why it has ended.
     *
     * @param end how it ended; null if it has been removed
     */
    boolean explain(EngineContainer.@Nullable Observed end) {
        if (end == null) {
            return !sent.isEmpty();
        }
        return sent.stream()
                .anyMatch(signal ->
                        ENDING.contains(signal) || end.exitCode() == 0 || end.exitCode() == KILLED_BY + signal);
    }
}
