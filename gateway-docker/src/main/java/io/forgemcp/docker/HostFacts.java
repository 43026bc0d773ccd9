package io.forgemcp.docker;

import com.github.dockerjava.api.model.Info;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import java.net.URI;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the engine's host can do for containers that sleep.
 *
 * @param engineVersion for example {@code 28.2.2}
 * @param cgroupVersion 1 or 2
 * @param local whether it is this host, so that its files can be read and its containers be reached by their addresses
 * @param accountsSwap whether the kernel limits swap by container
 * @param liveRestore whether containers outlive a restart of the engine
 * @param hasInit whether the engine has an init program to put into containers
 * @param processors of the host, of which no container may have more; 0 if the engine does not say
 */
public record HostFacts(
        String engineVersion,
        int cgroupVersion,
        boolean local,
        boolean accountsSwap,
        boolean liveRestore,
        boolean hasInit,
        int processors) {
    /** Below this a squeeze would soon be refused, or on cgroup v2 be the end of the container. */
    private static final long LEAST_FREE_SWAP = 64L << 20;

    private static final long MIB = 1 << 20;

    static HostFacts of(Info info, URI address) {
        String system = Objects.requireNonNullElse(info.getOperatingSystem(), "");
        boolean local = "unix".equals(address.getScheme())
                && System.getProperty("os.name", "").startsWith("Linux")
                && !system.contains("Docker Desktop");
        return new HostFacts(
                Objects.requireNonNullElse(info.getServerVersion(), "unknown"),
                "2".equals(info.getCGroupVersion()) ? 2 : 1,
                local,
                Boolean.TRUE.equals(info.getSwapLimit()),
                Boolean.TRUE.equals(info.getRawValues().get("LiveRestoreEnabled")),
                !"".equals(info.getRawValues().getOrDefault("InitBinary", "")),
                Objects.requireNonNullElse(info.getNCPU(), 0));
    }

    /** Which depths are switched off with this swap, and why, for people. */
    Map<SleepDepth, String> withheld(SwapSpace swap) {
        String reason = objection(swap);
        Map<SleepDepth, String> withheld = new EnumMap<>(SleepDepth.class);
        if (reason != null) {
            withheld.put(SleepDepth.SHALLOW, reason);
            withheld.put(SleepDepth.DEEP, reason);
        }
        return withheld;
    }

    private @Nullable String objection(SwapSpace swap) {
        if (!local) {
            return "the engine runs elsewhere, so whether its host has free swap cannot be seen";
        }
        if (swap.totalBytes() == 0) {
            return "this host has no swap, so the memory of a frozen container has nowhere to go; a swap file gives it a"
                    + " place";
        }
        if (!accountsSwap) {
            return "this kernel does not account swap by container; boot it with swapaccount=1";
        }
        if (swap.freeBytes() < LEAST_FREE_SWAP) {
            return "only " + swap.freeBytes() / MIB + " MB of swap are free";
        }
        return null;
    }
}
