package io.forgemcp.gateway.upstream;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The progress tokens of calls that became tasks, by the ids under which the gateway asked; bounded. Thread-safe. */
final class TaskTokens {
    private static final int MOST = 1_000;

    private final Map<Long, byte[]> tokens = new ConcurrentHashMap<>(2);

    void keep(long id, byte[] clientToken) {
        if (tokens.size() < MOST) {
            tokens.put(id, clientToken);
        }
    }

    byte @Nullable [] find(long id) {
        return tokens.get(id);
    }
}
