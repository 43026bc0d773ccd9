package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.upstream.UpstreamTarget;
import java.util.concurrent.atomic.AtomicBoolean;

/** A lease for something that lives in one instance. Thread-safe. */
final class HeldLease implements Lease {
    private final Lease lease;
    private final Runnable over;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** @param over told once when it is given back */
    HeldLease(Lease lease, Runnable over) {
        this.lease = lease;
        this.over = over;
    }

    @Override
    public UpstreamTarget target() {
        return lease.target();
    }

    @Override
    public Lease yielding() {
        if (!closed.compareAndSet(false, true)) {
            return this;
        }
        return new HeldLease(lease.yielding(), over);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            lease.close();
            over.run();
        }
    }
}
