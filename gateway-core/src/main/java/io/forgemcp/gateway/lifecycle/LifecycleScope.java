package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.time.Timers;
import java.util.concurrent.Executor;

/**
 * What every service of one manager shares.
 *
 * @param controls what may change while it runs
 * @param executor runs the mailboxes and completes what callers wait for; its tasks never block
 * @param measuring runs what may block: reading how much an instance uses
 * @param starts the queue of cold starts
 * @param wakes the queue of wakes
 * @param admission who may be awake at the same time
 */
record LifecycleScope(
        LifecycleSettings settings,
        Controls controls,
        Timers timers,
        Executor executor,
        Executor measuring,
        EventBus events,
        GatewayMetrics metrics,
        Runtimes runtimes,
        WakeQueue starts,
        WakeQueue wakes,
        Admission admission) {}
