package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.upstream.UpstreamTarget;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** An instance from start to end, with the gate that calls pass. {@link #lease} is the hot path; see {@link LeaseGate}. */
final class LiveInstance {
    private final Instance instance;
    private final String runtime;
    private final UpstreamTarget target;
    private final Timers timers;
    private final AtomicLong lastUsed;
    private final Runnable emptied;
    private final LeaseGate gate = new LeaseGate();
    private final UsageMeter meter;
    private volatile boolean watched;

    /**
     * @param lastUsed where the end of each lease is noted, on {@link Timers#nanoTime}
     * @param emptied told, while watched, whenever the last lease, or the last that does not yield, has ended; runs on the
     *     caller's thread
     */
    LiveInstance(
            ServiceDefinition service,
            Instance instance,
            String runtime,
            Timers timers,
            AtomicLong lastUsed,
            Runnable emptied) {
        this.instance = instance;
        this.runtime = runtime;
        this.target = new UpstreamTarget(service, instance.id(), instance.address());
        this.timers = timers;
        this.lastUsed = lastUsed;
        this.emptied = emptied;
        this.meter = new UsageMeter(instance, gate::isOpen, timers);
    }

    /** A lease if the instance is awake, null if the caller has to go through the mailbox. Never waits. */
    @Nullable
    Lease lease() {
        return gate.tryEnter() ? new Held() : null;
    }

    /** Whether the end of the last lease is to be told; nobody needs to know on most calls. */
    void watch(boolean wanted) {
        watched = wanted;
    }

    LeaseGate gate() {
        return gate;
    }

    Instance instance() {
        return instance;
    }

    /** The last lines it wrote for people; nothing if its runtime cannot say. */
    List<String> lastLines(int count) {
        try {
            return List.copyOf(instance.logs(count));
        } catch (RuntimeException unreadable) {
            return List.of();
        }
    }

    /** Name of the runtime that runs it. */
    String runtime() {
        return runtime;
    }

    UpstreamTarget target() {
        return target;
    }

    UsageMeter meter() {
        return meter;
    }

    /** The flag is the superclass: one object less for every call. */
    private final class Held extends AtomicBoolean implements Lease {
        private static final long serialVersionUID = 1L;

        @Override
        public UpstreamTarget target() {
            return target;
        }

        @Override
        public Lease yielding() {
            if (!compareAndSet(false, true)) {
                return this;
            }
            boolean lastCall = gate.beginYielding() == 0;
            Lease yielding = new Yielding();
            if (lastCall && watched) {
                emptied.run();
            }
            return yielding;
        }

        @Override
        public void close() {
            if (compareAndSet(false, true)) {
                // Before leaving: whoever then finds the instance empty also finds when it was last used.
                lastUsed.set(timers.nanoTime());
                if (gate.leave() == 0 && watched) {
                    emptied.run();
                }
            }
        }
    }

    private final class Yielding extends AtomicBoolean implements Lease {
        private static final long serialVersionUID = 1L;

        @Override
        public UpstreamTarget target() {
            return target;
        }

        @Override
        public Lease yielding() {
            return this;
        }

        @Override
        public void close() {
            if (compareAndSet(false, true)) {
                lastUsed.set(timers.nanoTime());
                if (gate.leaveYielding() == 0 && watched) {
                    emptied.run();
                }
            }
        }
    }
}
