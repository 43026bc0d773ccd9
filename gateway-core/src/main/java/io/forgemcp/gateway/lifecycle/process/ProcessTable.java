package io.forgemcp.gateway.lifecycle.process;

import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.time.Timers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory and processor time of process groups, from {@code /proc} (proc(5)). One pass over all processes answers for
 * all groups and holds for a second, so that fifty services cost as much as one. Without {@code /proc} everything is
 * unknown. Thread-safe.
 */
final class ProcessTable {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessTable.class);
    private static final long FRESH = Duration.ofSeconds(1).toNanos();
    /** Linux reports processor time in hundredths of a second on every architecture (USER_HZ). */
    private static final long NANOS_PER_TICK = 10_000_000;

    private final Path root;
    private final Timers timers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Long> groups = new HashSet<>();
    private Map<Long, Instance.Usage> byGroup = Map.of();
    private long readAt;
    private boolean read;

    ProcessTable(Timers timers) {
        this(Path.of("/proc"), timers);
    }

    ProcessTable(Path root, Timers timers) {
        this.root = root;
        this.timers = timers;
    }

    /** From now on this group is measured. */
    void follow(long group) {
        lock.lock();
        try {
            groups.add(group);
            read = false;
        } finally {
            lock.unlock();
        }
    }

    void forget(long group) {
        lock.lock();
        try {
            groups.remove(group);
        } finally {
            lock.unlock();
        }
    }

    /** Of all processes of the group; null if it has none or nothing is known. */
    Instance.@Nullable Usage usage(long group) {
        lock.lock();
        try {
            long now = timers.nanoTime();
            if (!read || now - readAt > FRESH) {
                byGroup = scan();
                readAt = now;
                read = true;
            }
            return byGroup.get(group);
        } finally {
            lock.unlock();
        }
    }

    private Map<Long, Instance.Usage> scan() {
        Map<Long, Instance.Usage> sums = new HashMap<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(root, "[0-9]*")) {
            for (Path process : processes) {
                add(process, sums);
            }
        } catch (IOException noProc) {
            return Map.of();
        }
        return sums;
    }

    private void add(Path process, Map<Long, Instance.Usage> sums) {
        try {
            String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
            // The name stands in parentheses and may itself hold blanks and parentheses.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long group = Long.parseLong(fields[2]);
            if (!groups.contains(group)) {
                return;
            }
            long ticks = 0;
            // utime, stime, and those of children that have ended and been waited for
            for (int i = 11; i <= 14; i++) {
                ticks += Long.parseLong(fields[i]);
            }
            // Pages here differ in size between machines; statm would not say either.
            long memory = fields[0].equals("Z") ? 0 : residentBytes(process);
            Instance.Usage before = sums.getOrDefault(group, new Instance.Usage(0, 0));
            sums.put(
                    group,
                    new Instance.Usage(before.memoryBytes() + memory, before.cpuNanos() + ticks * NANOS_PER_TICK));
        } catch (IOException | RuntimeException ended) {
            // It went away while being read, or belongs to somebody who does not show it.
            LOG.trace("event=process_vanished", ended);
        }
    }

    private static long residentBytes(Path process) throws IOException {
        for (String line : Files.readString(process.resolve("status"), StandardCharsets.ISO_8859_1)
                .split("\n", -1)) {
            if (line.startsWith("VmRSS:")) {
                return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return 0;
    }
}
