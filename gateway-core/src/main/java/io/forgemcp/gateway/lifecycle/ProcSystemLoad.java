package io.forgemcp.gateway.lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the load of a Linux machine from {@code /proc}; elsewhere only the disk is known. Thread-safe. */
public final class ProcSystemLoad implements SystemLoad {
    /** Hundredths of a second of one core: several who look soon after one another see the same, and no mere instant. */
    private static final long LEAST_SPAN = 100;

    private record Jiffies(long busy, long all) {}

    private final Path proc;
    private final Path data;
    private @Nullable Jiffies last;
    private @Nullable Double lastCpu;

    /** @param data a directory on the disk that matters */
    public ProcSystemLoad(Path data) {
        this(Path.of("/proc"), data);
    }

    ProcSystemLoad(Path proc, Path data) {
        this.proc = proc;
        this.data = data;
    }

    @Override
    public Reading read() {
        return new Reading(memory(), cpu(), disk());
    }

    private @Nullable Double memory() {
        try {
            double total = 0;
            double available = -1;
            for (String line : Files.readAllLines(proc.resolve("meminfo"))) {
                if (line.startsWith("MemTotal:")) {
                    total = number(line);
                } else if (line.startsWith("MemAvailable:")) {
                    available = number(line);
                }
            }
            return total <= 0 || available < 0 ? null : (Double) Math.max(0, 1 - available / total);
        } catch (IOException | NumberFormatException unreadable) {
            return null;
        }
    }

    private static double number(String line) {
        return Double.parseDouble(line.replaceAll("[^0-9]", ""));
    }

    private synchronized @Nullable Double cpu() {
        try {
            List<String> lines = Files.readAllLines(proc.resolve("stat"));
            String[] fields =
                    lines.isEmpty() ? new String[0] : lines.get(0).trim().split("\\s+");
            if (fields.length < 6 || !fields[0].equals("cpu")) {
                return null;
            }
            long all = 0;
            // Guest time is counted in user time already, so the last two fields are left out.
            for (int i = 1; i < Math.min(fields.length, 9); i++) {
                all += Long.parseLong(fields[i]);
            }
            long idle = Long.parseLong(fields[4]) + Long.parseLong(fields[5]);
            Jiffies now = new Jiffies(all - idle, all);
            Jiffies before = last;
            if (before != null && now.all() >= before.all() && now.all() - before.all() < LEAST_SPAN) {
                return lastCpu;
            }
            last = now;
            lastCpu = before == null || now.all() <= before.all()
                    ? null
                    : (Double) Math.max(0.0, (double) (now.busy() - before.busy()) / (now.all() - before.all()));
            return lastCpu;
        } catch (IOException | NumberFormatException unreadable) {
            return null;
        }
    }

    private @Nullable Double disk() {
        try {
            var store = Files.getFileStore(data);
            long total = store.getTotalSpace();
            return total <= 0 ? null : (Double) (1 - (double) store.getUsableSpace() / total);
        } catch (IOException unreadable) {
            return null;
        }
    }
}
