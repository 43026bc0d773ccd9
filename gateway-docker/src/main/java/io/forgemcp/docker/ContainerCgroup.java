package io.forgemcp.docker;

import static java.nio.file.StandardOpenOption.WRITE;

import io.forgemcp.gateway.lifecycle.Instance;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's own figures of one container, from its control groups. Reading them costs microseconds and does not touch
 * the container; asking the engine costs a second if it is paused (moby's stats wait for a second sample).
 */
final class ContainerCgroup {
    private static final String MOUNT = "fs/cgroup";

    private final boolean second;
    private final Path memory;
    private final @Nullable Path cpu;

    private ContainerCgroup(boolean second, Path memory, @Nullable Path cpu) {
        this.second = second;
        this.memory = memory;
        this.cpu = cpu;
    }

    /**
     * Those of the container whose first process this is; empty where they cannot be read: another host, another system.
     *
     * @param proc and sys are {@code /proc} and {@code /sys}, or stand-ins
     */
    static Optional<ContainerCgroup> of(long pid, Path proc, Path sys) {
        if (pid <= 0) {
            return Optional.empty();
        }
        Path root = sys.resolve(MOUNT);
        Path memory = null;
        Path cpu = null;
        Path unified = null;
        for (String line :
                text(proc.resolve(Long.toString(pid)).resolve("cgroup")).split("\n")) {
            // number:controllers:path
            String[] parts = line.split(":", 3);
            if (parts.length < 3 || parts[2].length() < 2) {
                continue;
            }
            String path = parts[2].substring(1);
            for (String controller : parts[1].split(",")) {
                switch (controller) {
                    case "memory" -> memory = root.resolve("memory").resolve(path);
                    case "cpuacct" -> cpu = root.resolve("cpuacct").resolve(path);
                    case "" -> unified = root.resolve(path);
                    default -> {}
                }
            }
        }
        if (memory != null && Files.isReadable(memory.resolve("memory.usage_in_bytes"))) {
            return Optional.of(new ContainerCgroup(false, memory, cpu));
        }
        if (unified != null && Files.isReadable(unified.resolve("memory.current"))) {
            return Optional.of(new ContainerCgroup(true, unified, unified));
        }
        return Optional.empty();
    }

    /** Null once the container has gone. */
    Instance.@Nullable Usage usage(SwapSpace swap) {
        Long used = number(memory.resolve(second ? "memory.current" : "memory.usage_in_bytes"));
        Long processor = processorNanos();
        if (used == null || processor == null) {
            return null;
        }
        Long swapped = swappedBytes(used);
        return new Instance.Usage(used, processor, swapped, swapped == null ? null : swap.compressedShare(swapped));
    }

    /** What the kernel enforces, which can differ from what the engine believes; null if it cannot be read. */
    @Nullable
    Long memoryLimit() {
        return number(memory.resolve(second ? "memory.max" : "memory.limit_in_bytes"));
    }

    /**
     * Asks the kernel to move this much of a frozen container out, without touching its limit, so that nothing has to be
     * put back. Blocks while it does. Only who may write to control groups can; on version 1 it is all or nothing.
     *
     * @return false if it cannot be asked, and nothing was done
     */
    boolean moveOut(long bytes, boolean everything) {
        if (!second && !everything) {
            return false;
        }
        Path file = memory.resolve(second ? "memory.reclaim" : "memory.force_empty");
        if (!Files.isWritable(file)) {
            return false;
        }
        try {
            Files.write(file, (second ? Long.toString(bytes) : "0").getBytes(StandardCharsets.US_ASCII), WRITE);
        } catch (IOException lessThanAsked) {
            // EAGAIN and EBUSY are usual: what could be moved has been.
        }
        return true;
    }

    private @Nullable Long swappedBytes(long used) {
        if (second) {
            return number(memory.resolve("memory.swap.current"));
        }
        Long both = number(memory.resolve("memory.memsw.usage_in_bytes"));
        // The two are read one after the other, so a small negative difference is no surprise.
        return both == null ? null : Long.valueOf(Math.max(0, both - used));
    }

    private @Nullable Long processorNanos() {
        if (cpu == null) {
            return null;
        }
        if (!second) {
            return number(cpu.resolve("cpuacct.usage"));
        }
        for (String line : text(cpu.resolve("cpu.stat")).split("\n")) {
            if (line.startsWith("usage_usec ")) {
                return Long.parseLong(line.substring("usage_usec ".length()).trim()) * 1000;
            }
        }
        return null;
    }

    private static @Nullable Long number(Path file) {
        try {
            return Long.valueOf(Files.readString(file).trim());
        } catch (IOException | NumberFormatException notThere) {
            return null;
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException notThere) {
            return "";
        }
    }
}
