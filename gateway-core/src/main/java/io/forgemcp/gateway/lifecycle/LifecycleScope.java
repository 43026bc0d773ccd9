package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.time.Timers;
import java.util.concurrent.Executor;

/**
 * What every service of one manager shares.
 *
 * @param executor runs the mailboxes and completes what callers wait for; its tasks never block
 * @param starts the queue of cold starts
 * @param wakes the queue of wakes
 */
record LifecycleScope(
        LifecycleSettings settings,
        Timers timers,
        Executor executor,
        EventBus events,
        GatewayMetrics metrics,
        Runtimes runtimes,
        WakeQueue starts,
        WakeQueue wakes) {}
