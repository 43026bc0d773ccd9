package io.forgemcp.server.manager;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import io.forgemcp.server.rest.Json;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What this machine has and uses, read when somebody asks. What the system does not tell is null. */
final class HostMachine {
    private static final double KIBI = 1024;

    private final Path proc;
    private final Path sys;

    HostMachine() {
        this(Path.of("/proc"), Path.of("/sys"));
    }

    /** @param proc for example a directory of a test */
    HostMachine(Path proc, Path sys) {
        this.proc = proc;
        this.sys = sys;
    }

    /** Where the memory of a sleeping service can go on this host: it decides what sleeping can save. */
    enum Swap {
        /** A disk: up to 95 % of the memory. */
        DISK("disk swap", "Memory of sleeping services can go to a disk: a deep sleep keeps 5 to 14 % of it in RAM."),
        /** Compressed RAM, alone or in front of a disk: about half. */
        COMPRESSED(
                "compressed memory",
                "Memory of sleeping services is compressed in RAM (zram or zswap): a deep sleep keeps 45 to 55 % of it."),
        NONE("no swap", "There is no swap: only a service that is stopped gives memory back."),
        UNKNOWN("unknown", "This system does not say whether it has swap.");

        private final String label;
        private final String meaning;

        Swap(String label, String meaning) {
            this.label = label;
            this.meaning = meaning;
        }

        String label() {
            return label;
        }

        String meaning() {
            return meaning;
        }
    }

    Swap swap() {
        Optional<List<String>> lines = lines(proc.resolve("swaps"));
        if (lines.isEmpty()) {
            return Swap.UNKNOWN;
        }
        List<String> devices =
                lines.get().stream().skip(1).filter(line -> !line.isBlank()).toList();
        if (devices.isEmpty()) {
            return Swap.NONE;
        }
        boolean zswap = lines(sys.resolve("module/zswap/parameters/enabled"))
                .map(text -> !text.isEmpty() && text.get(0).startsWith("Y"))
                .orElse(false);
        boolean disk = devices.stream().anyMatch(device -> !device.contains("zram"));
        return disk && !zswap ? Swap.DISK : Swap.COMPRESSED;
    }

    /** Memory in MB, processor use in percent of all cores. */
    ObjectNode json() {
        List<String> memory = lines(proc.resolve("meminfo")).orElse(List.of());
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        Double total = mebibytes(memory, "MemTotal:");
        Double available = mebibytes(memory, "MemAvailable:");
        double load = system.getCpuLoad();
        double average = system.getSystemLoadAverage();
        ObjectNode json = Json.object();
        json.put("cpu_usage", load < 0 ? null : (Double) (load * 100));
        json.put("cpu_cores", system.getAvailableProcessors());
        json.put("load_average", average < 0 ? null : (Double) average);
        json.put("memory_total", total);
        json.put("memory_available", available);
        json.put(
                "memory_usage_percent",
                total == null || available == null || total == 0 ? null : (Double) ((total - available) / total * 100));
        json.put("swap_total", mebibytes(memory, "SwapTotal:"));
        json.put("swap_free", mebibytes(memory, "SwapFree:"));
        Swap swap = swap();
        json.put("swap_class", swap.label());
        json.put("swap_meaning", swap.meaning());
        return json;
    }

    private static @Nullable Double mebibytes(List<String> lines, String name) {
        for (String line : lines) {
            if (line.startsWith(name)) {
                return Double.parseDouble(
                                line.substring(name.length()).replace("kB", "").strip())
                        / KIBI;
            }
        }
        return null;
    }

    private static Optional<List<String>> lines(Path file) {
        try {
            return Optional.of(Files.readAllLines(file));
        } catch (IOException notThere) {
            return Optional.empty();
        }
    }
}
