package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.upstream.UpstreamTarget;

/**
 * The right to use a running instance: until it is closed that instance cannot sleep. Every call, open stream,
 * subscription and task holds one; nothing else keeps a service awake.
 */
public interface Lease extends AutoCloseable {
    UpstreamTarget target();

    /** Gives it back; idempotent, from any thread. */
    @Override
    void close();
}
