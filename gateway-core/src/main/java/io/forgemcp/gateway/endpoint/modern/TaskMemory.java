package io.forgemcp.gateway.endpoint.modern;

import io.forgemcp.gateway.service.ServiceName;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Keeps which tasks modern clients were given, so that their ids are good after a restart of the gateway. Thread-safe; a
 * failure costs one task its life beyond the process, is logged and never thrown.
 */
public interface TaskMemory {
    /** For a gateway whose store does not outlive it either. */
    TaskMemory NONE = new TaskMemory() {
        @Override
        public CompletionStage<Void> remember(Kept task) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void forget(String id) {}

        @Override
        public List<Kept> recall() {
            return List.of();
        }
    };

    /**
     * One task.
     *
     * @param id as its client knows it
     * @param owner whose it is, at which virtual server; a hash
     * @param tool the server's own name of what it runs
     * @param original as its server knows it
     * @param ends when its server forgets it; null if it has not said
     */
    record Kept(
            String id,
            String owner,
            ServiceName service,
            String tool,
            String original,
            Instant begun,
            @Nullable Instant ends) {}

    /** Completes when the task is durable, or never will be. Never blocks. */
    CompletionStage<Void> remember(Kept task);

    /** Never blocks. */
    void forget(String id);

    /** What an earlier gateway kept. Blocks. */
    List<Kept> recall();
}
