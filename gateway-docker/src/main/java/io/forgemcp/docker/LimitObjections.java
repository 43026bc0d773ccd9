package io.forgemcp.docker;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What engines refuse of the limits of a container, told before one is made: an engine's own words name neither the service's key
 * nor what to write instead, and a limit of zero is none to it.
 */
final class LimitObjections {
    private static final long LEAST_MEMORY = 6L << 20;
    private static final double LEAST_CORES = 0.01;
    private static final long MIB = 1 << 20;

    private LimitObjections() {}

    /**
     * All that is wrong, by key of {@code services.yml} and without a full stop.
     *
     * @param host of the engine; null if it cannot be asked, and then its processors set no bound
     */
    static Map<String, String> to(long memoryBytes, double cores, @Nullable HostFacts host) {
        Map<String, String> found = new TreeMap<>();
        if (memoryBytes < LEAST_MEMORY) {
            found.put(
                    "resources.memory",
                    size(memoryBytes) + ", and an engine gives a container at least " + LEAST_MEMORY / MIB
                            + "MB. Raise it");
        }
        if (cores < LEAST_CORES) {
            found.put(
                    "resources.cpu",
                    cores + " cores, and an engine gives a container at least " + LEAST_CORES + ". Raise it");
        } else if (host != null && host.processors() > 0 && cores > host.processors()) {
            found.put(
                    "resources.cpu",
                    cores + " cores, and the engine's host has " + host.processors()
                            + ". Lower it, or max_cpu_cores of its category");
        }
        return found;
    }

    private static String size(long bytes) {
        return bytes > 0 && bytes % MIB == 0 ? bytes / MIB + "MB" : bytes + " bytes";
    }
}
