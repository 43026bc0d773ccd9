package io.forgemcp.server.prometheus;

import com.sun.management.OperatingSystemMXBean;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the host says about itself, read only when somebody looks. */
public final class SystemGauges {
    private static final Path MEMORY = Path.of("/proc/meminfo");

    private SystemGauges() {}

    /** Registers the gauges of the host. */
    public static void register(GatewayMetrics metrics) {
        metrics.gauge(Metric.SYSTEM_CPU, SystemGauges::cpuPercent);
        metrics.gauge(Metric.SYSTEM_MEMORY, SystemGauges::memoryPercent);
    }

    private static double cpuPercent() {
        double load = system().getCpuLoad();
        return load < 0 ? Double.NaN : load * 100;
    }

    /** Caches count as free, as they do for whoever needs memory; where the system does not tell them apart they do not. */
    private static double memoryPercent() {
        try {
            List<String> lines = Files.readAllLines(MEMORY);
            return percent(kibibytes(lines, "MemTotal:"), kibibytes(lines, "MemAvailable:"));
        } catch (IOException notLinux) {
            return percent(system().getTotalMemorySize(), system().getFreeMemorySize());
        }
    }

    private static double percent(double total, double free) {
        return total > 0 ? (total - free) / total * 100 : Double.NaN;
    }

    private static double kibibytes(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(
                        line.substring(name.length()).replace("kB", "").strip()))
                .findFirst()
                .orElse(Double.NaN);
    }

    private static OperatingSystemMXBean system() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    }
}
