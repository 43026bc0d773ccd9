package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.upstream.UpstreamTarget;

/**
 * The right to use a running instance: until it is closed that instance cannot sleep. Every call, open stream,
 * subscription and task holds one; nothing else keeps a service awake. One that is {@link #yielding} gives way to orders.
 */
public interface Lease extends AutoCloseable {
    UpstreamTarget target();

    /**
     * This lease turned into one that keeps the instance from falling asleep, but not from being stopped, restarted, removed,
     * taken away, or put to sleep for somebody who calls another service: {@link InstanceEnded} and {@link
     * ServiceStateChanged} tell its holder of that. This one is closed by it. To be asked for before
     * anybody else may close this one; a closed one stays closed.
     */
    Lease yielding();

    /** Gives it back; idempotent, from any thread. */
    @Override
    void close();
}
