package io.forgemcp.docker;

import io.forgemcp.gateway.lifecycle.SleepDepth;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How deeply containers can sleep on the host of an engine, for people.
 *
 * @param host what the engine's host can do
 * @param swapKind {@code none}, {@code disk}, {@code zram} or {@code disk behind zswap}
 * @param freeSwapBytes of the swap that is there
 * @param withheld the depths that it does not offer, with the reason
 */
public record SleepOffer(HostFacts host, String swapKind, long freeSwapBytes, Map<SleepDepth, String> withheld) {
    /**
     * Asks the engine. Blocks for some milliseconds, and for some seconds if it does not answer.
     *
     * @param address as in {@code DOCKER_HOST}; null or empty for the usual socket
     * @throws RuntimeException if none answers
     */
    public static SleepOffer ask(@Nullable String address) {
        URI engine = EngineSocket.address(address);
        try (EngineLink link = EngineLink.to(engine)) {
            SwapSpace swap = SwapSpace.read(Path.of("/proc"), Path.of("/sys"));
            return new SleepOffer(
                    link.facts(), swap.kind(), swap.freeBytes(), link.facts().withheld(swap));
        }
    }

    /** The depths that it offers, lightest first; stopping is always possible and not listed. */
    public Set<SleepDepth> offered() {
        Set<SleepDepth> offered = new LinkedHashSet<>();
        for (SleepDepth depth : SleepDepth.values()) {
            if (depth != SleepDepth.STOP && !withheld.containsKey(depth)) {
                offered.add(depth);
            }
        }
        return offered;
    }
}
