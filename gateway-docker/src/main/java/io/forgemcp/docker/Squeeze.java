package io.forgemcp.docker;

import com.github.dockerjava.api.exception.DockerException;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves memory of a frozen container to swap. Where the gateway may write to control groups it asks the kernel; elsewhere
 * the container's limit is lowered, which makes the kernel write pages out, and put back
 * at once, while it still sleeps. The pages stay out, and waking needs no further command. A container that woke with
 * the low limit would be killed for lack of memory, so the limit is read again, and one that could not be put back is
 * remembered. Owned by the lock of its instance; every method blocks.
 */
final class Squeeze {
    private static final Logger LOG = LoggerFactory.getLogger(Squeeze.class);
    /** The least that the engine takes. */
    static final long LEAST = 6L << 20;

    private static final double SHALLOW_SHARE = 0.45;
    /** The kernel counts whole pages. */
    private static final long PAGE = 64 << 10;

    private static final int ATTEMPTS = 3;
    private static final int REFUSALS_UNTIL_GIVEN_UP = 2;

    private final EngineContainer container;
    private final long limit;
    private final @Nullable Long memoryAndSwap;
    private final Supplier<@Nullable ContainerCgroup> cgroup;
    private boolean low;
    private int refusals;

    /**
     * @param limit in bytes, to which it is always put back
     * @param memoryAndSwap its limit on memory and swap together, put back likewise; null where the engine does not limit swap
     * @param cgroup the kernel's side of it; null where that cannot be read
     */
    Squeeze(
            EngineContainer container,
            long limit,
            @Nullable Long memoryAndSwap,
            Supplier<@Nullable ContainerCgroup> cgroup) {
        this.container = container;
        this.limit = limit;
        this.memoryAndSwap = memoryAndSwap;
        this.cgroup = cgroup;
    }

    /** Whether it is worth trying: not after the kernel has refused more than once. */
    boolean promising() {
        return refusals < REFUSALS_UNTIL_GIVEN_UP;
    }

    /**
     * To this depth; only for a frozen container on a host that has room for it in swap.
     *
     * @param usage before; null if it is not known
     */
    void to(SleepDepth depth, Instance.Usage usage) {
        long target = depth == SleepDepth.DEEP ? LEAST : Math.max(LEAST, (long) (usage.memoryBytes() * SHALLOW_SHARE));
        if (target >= usage.memoryBytes()) {
            return;
        }
        boolean everything = depth == SleepDepth.DEEP;
        ContainerCgroup kernel = cgroup.get();
        if (kernel != null
                && kernel.moveOut(everything ? usage.memoryBytes() : usage.memoryBytes() - target, everything)) {
            return;
        }
        low = true;
        try {
            container.limitMemory(target);
            refusals = 0;
        } catch (DockerException refused) {
            refusals++;
            LOG.warn(
                    "event=squeeze_refused container={} to_bytes={} from_bytes={} reason=\"{}\"",
                    container,
                    target,
                    usage.memoryBytes(),
                    EngineFailure.reason(refused));
        } finally {
            restore();
        }
    }

    /** After a crash somebody may have left it low. */
    void suspect() {
        low = true;
    }

    /** Puts the limit back if it may be low, and makes sure of it. */
    void restore() {
        for (int attempt = 1; low; attempt++) {
            String wrong = putBack();
            low = !wrong.isEmpty();
            if (low && attempt == ATTEMPTS) {
                throw new IllegalStateException("its memory limit could not be put back to " + limit + ": " + wrong);
            }
        }
    }

    /** What is wrong, for people; empty if all is well. The engine and the kernel need not agree after an error. */
    private String putBack() {
        try {
            container.limitMemory(limit, memoryAndSwap);
        } catch (DockerException refused) {
            return EngineFailure.reason(refused);
        }
        EngineContainer.Observed now = container.inspect();
        ContainerCgroup kernel = cgroup.get();
        Long enforced = kernel == null ? null : kernel.memoryLimit();
        if (now != null && now.memoryLimit() != limit) {
            return "the engine says " + now.memoryLimit();
        }
        if (now != null && memoryAndSwap != null && now.memoryAndSwap() != memoryAndSwap) {
            return "with swap the engine says " + now.memoryAndSwap();
        }
        return enforced != null && enforced < limit - PAGE ? "the kernel says " + enforced : "";
    }
}
