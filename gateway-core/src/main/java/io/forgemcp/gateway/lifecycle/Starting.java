package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.InstanceId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A start under way, and what happens to it before it is over. Owned by a mailbox; {@link #abandoned} and
 * {@link #abandonment} are for all.
 */
final class Starting {
    private final InstanceId id;
    private final ServiceRuntime runtime;
    private final CompletableFuture<Void> abandonment = new CompletableFuture<>();
    private @Nullable String died;

    Starting(InstanceId id, ServiceRuntime runtime) {
        this.id = id;
        this.runtime = runtime;
    }

    InstanceId id() {
        return id;
    }

    ServiceRuntime runtime() {
        return runtime;
    }

    /** It is not wanted any more. */
    void abandon(Runtimes guard) {
        abandonment.complete(null);
        guard.call(runtime.name(), () -> {
            runtime.abandon(id);
            return CompletableFuture.completedFuture(null);
        });
    }

    boolean abandoned() {
        return abandonment.isDone();
    }

    /** Completes once it is not wanted any more. */
    CompletionStage<Void> abandonment() {
        return abandonment;
    }

    /** The instance has ended before the runtime's answer was heard. */
    void died(String why) {
        died = why;
    }

    @Nullable
    String died() {
        return died;
    }
}
