package io.forgemcp.docker;

import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What an instance needs of the runtime that started it. */
interface Surroundings {
    /** For work that blocks. */
    Executor workers();

    /** Runs something after a while; it must not block. */
    void later(Duration delay, Runnable task);

    /** Swap of the host as it was within the last second. */
    SwapSpace swap();

    Map<SleepDepth, String> withheldDepths();

    /** What the engine last said that a container uses, where its files cannot be read; null before it has said so. */
    Instance.@Nullable Usage asked(EngineContainer container, boolean paused);

    /** The instance is over. */
    void forget(DockerInstance instance);

    /** The container could not be removed now; it is when the engine is back. */
    void discard(EngineContainer container);
}
