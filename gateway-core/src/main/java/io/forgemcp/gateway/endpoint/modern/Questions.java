package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.time.Timers;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What waits for a client to come back with an answer, by the {@code requestState} that the client has to bring. Each can
 * be taken once, by whom it was given to and for the same request, until it expires. Bounded in number. Thread-safe.
 */
final class Questions implements AutoCloseable {
    private final RequestStates states;
    private final Timers timers;
    private final Duration patience;
    private final int limit;
    private final Map<String, Entry> waiting = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();

    /** Something that waits. */
    interface Waiting {
        /** Nobody came back: gives up. */
        void abandon(String reason);
    }

    private record Entry(Waiting waiting, Timers.Cancellable expiry) {}

    /**
     * @param patience how long a client may take to answer
     * @param limit most questions at once
     */
    Questions(RequestStates states, Timers timers, Duration patience, int limit) {
        this.states = states;
        this.timers = timers;
        this.patience = patience;
        this.limit = limit;
    }

    /** Whether this state was given out here; any other belongs to a server and passes through. */
    boolean isOwn(String state) {
        return states.isOwn(state);
    }

    int size() {
        return waiting.size();
    }

    /**
     * Keeps it until somebody brings the returned state.
     *
     * @throws GatewayException with {@link ErrorCode#TOO_MANY_QUESTIONS}
     */
    String park(Waiting what, RequestStates.Binding binding) {
        if (waiting.size() >= limit) {
            throw new GatewayException(
                    ErrorCode.TOO_MANY_QUESTIONS,
                    limit + " calls wait for their clients to answer a question. This one was cancelled; try later.");
        }
        byte[] bits = new byte[16];
        random.nextBytes(bits);
        String id = HexFormat.of().formatHex(bits);
        Timers.Cancellable expiry = timers.schedule(patience, () -> expire(id));
        waiting.put(id, new Entry(what, expiry));
        return states.issue(bits, timers.now().plus(patience), binding);
    }

    private void expire(String id) {
        Entry expired = waiting.remove(id);
        if (expired != null) {
            expired.waiting().abandon("the client did not answer within " + patience.toSeconds() + " s");
        }
    }

    /** @throws GatewayException with {@link ErrorCode#REQUEST_STATE_INVALID} */
    Waiting take(String state, RequestStates.Binding binding) {
        Entry found = waiting.remove(states.verify(state, timers.now(), binding));
        if (found == null) {
            throw RequestStates.invalid("it was used before, or the call that it belonged to has ended");
        }
        found.expiry().cancel();
        return found.waiting();
    }

    /** Gives up everything that waits. */
    @Override
    public void close() {
        waiting.keySet().forEach(id -> {
            Entry left = waiting.remove(id);
            if (left != null) {
                left.expiry().cancel();
                left.waiting().abandon("the gateway is shutting down");
            }
        });
    }
}
