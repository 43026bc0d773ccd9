package io.forgemcp.gateway.scaling.efficiency;

import io.forgemcp.gateway.service.ServiceName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Sums up what services use, hour by hour, for as long as measurements are kept. How long each ran and slept between two
 * measurements is exact; what it used then is what was measured at the ends. A gap of more than a few minutes, and time in
 * which it neither ran nor slept, counts for nothing. Thread-safe.
 */
public final class EfficiencyBook {
    private static final Duration HOUR = Duration.ofHours(1);
    /** Longer than any interval between measurements; a suspended machine measures nothing. */
    private static final Duration LONGEST_GAP = Duration.ofMinutes(5);

    private final Duration retention;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<ServiceName, Account> accounts = new TreeMap<>();

    /** One service. Guarded by the lock. */
    private static final class Account {
        private final Deque<Hour> hours = new ArrayDeque<>();
        private @Nullable UseSample last;
        private boolean ran;
    }

    /** What was used in one hour, by whether it was awake. */
    private static final class Hour {
        private final long number;
        private final Use awake = new Use();
        private final Use asleep = new Use();

        private Hour(long number) {
            this.number = number;
        }
    }

    /** A sum over time, and the time that it is known for. */
    private static final class Use {
        private double nanos;
        private double memoryNanos;
        private double memoryKnown;
        private double cpuNanos;
        private double cpuKnown;

        private void add(Use other) {
            nanos += other.nanos;
            memoryNanos += other.memoryNanos;
            memoryKnown += other.memoryKnown;
            cpuNanos += other.cpuNanos;
            cpuKnown += other.cpuKnown;
        }

        private void memory(long elapsed, @Nullable Long bytes) {
            nanos += elapsed;
            if (bytes != null) {
                memoryNanos += (double) bytes * elapsed;
                memoryKnown += elapsed;
            }
        }

        private void processor(long elapsed, long used) {
            cpuNanos += elapsed == 0 ? 0 : used;
            cpuKnown += elapsed;
        }

        private @Nullable Double memory() {
            return memoryKnown == 0 ? null : (Double) (memoryNanos / memoryKnown);
        }

        private @Nullable Double cores() {
            return cpuKnown == 0 ? null : (Double) (cpuNanos / cpuKnown);
        }

        private Duration time() {
            return Duration.ofNanos((long) nanos);
        }
    }

    public EfficiencyBook(Duration retention) {
        this.retention = retention.compareTo(HOUR) < 0 ? HOUR : retention;
    }

    /** Measurements of one service come in the order of time. */
    public void add(UseSample sample) {
        lock.lock();
        try {
            Account account = accounts.computeIfAbsent(sample.service(), name -> new Account());
            UseSample before = account.last;
            account.last = sample;
            account.ran |= sample.awake() || sample.awakeNanos() > 0;
            if (before == null || !account.ran) {
                return;
            }
            long elapsed = sample.nanos() - before.nanos();
            if (elapsed > 0 && elapsed <= LONGEST_GAP.toNanos()) {
                book(hour(account, sample.nanos()), before, sample, elapsed);
            }
        } finally {
            lock.unlock();
        }
    }

    private static void book(Hour hour, UseSample before, UseSample sample, long elapsed) {
        long awake = within(sample.awakeNanos() - before.awakeNanos(), elapsed);
        long asleep = within(sample.asleepNanos() - before.asleepNanos(), elapsed - awake);
        // The end at which it was so tells what it needs so; what it needed between two ends at which it was not,
        // nobody saw.
        hour.awake.memory(awake, sample.awake() ? sample.memoryBytes() : before.awake() ? before.memoryBytes() : null);
        hour.asleep.memory(
                asleep, sample.asleep() ? sample.memoryBytes() : before.asleep() ? before.memoryBytes() : null);
        if (sample.cpuNanos() != null && before.cpuNanos() != null) {
            // Instances that have gone take their share of the sum with them.
            long used = Math.max(0, sample.cpuNanos() - before.cpuNanos());
            // Of a time that was both, what was used is taken to be used awake; nothing was measured of the sleep.
            (awake > 0 ? hour.awake : hour.asleep).processor(awake > 0 ? awake : asleep, used);
        }
    }

    private static long within(long nanos, long most) {
        return Math.max(0, Math.min(nanos, most));
    }

    private Hour hour(Account account, long nanos) {
        long number = Math.floorDiv(nanos, HOUR.toNanos());
        Hour last = account.hours.peekLast();
        if (last == null || last.number != number) {
            last = new Hour(number);
            account.hours.addLast(last);
        }
        long oldest = number - retention.toHours();
        account.hours.removeIf(hour -> hour.number <= oldest);
        return last;
    }

    /** A service is gone. */
    public void forget(Collection<ServiceName> remaining) {
        lock.lock();
        try {
            accounts.keySet().retainAll(remaining);
        } finally {
            lock.unlock();
        }
    }

    /** What was used. @param wakes that are remembered */
    public EfficiencyReport report(List<WakeTime> wakes) {
        Map<ServiceName, List<WakeTime>> byService = wakes.stream().collect(Collectors.groupingBy(WakeTime::service));
        List<EfficiencyReport.Service> services = new ArrayList<>();
        lock.lock();
        try {
            accounts.forEach((name, account) -> {
                if (account.ran) {
                    services.add(service(name, account, byService.getOrDefault(name, List.of())));
                }
            });
        } finally {
            lock.unlock();
        }
        Map<String, EfficiencyReport.Quantiles> byPriority = new TreeMap<>();
        wakes.stream()
                .collect(Collectors.groupingBy(WakeTime::priority))
                .forEach((priority, of) -> byPriority.put(priority, quantiles(of)));
        return new EfficiencyReport(retention, services, total(services), byPriority);
    }

    private static EfficiencyReport.Service service(ServiceName name, Account account, List<WakeTime> wakes) {
        Use awake = new Use();
        Use asleep = new Use();
        for (Hour hour : account.hours) {
            awake.add(hour.awake);
            asleep.add(hour.asleep);
        }
        Use both = new Use();
        both.add(awake);
        both.add(asleep);
        Double mean = mean(awake.memory(), awake.nanos, asleep.memory(), asleep.nanos);
        Double awakeMemory = awake.memory();
        return new EfficiencyReport.Service(
                name,
                awake.time(),
                asleep.time(),
                awakeMemory,
                asleep.memory(),
                mean,
                awake.cores(),
                asleep.cores(),
                saved(mean, awakeMemory),
                wakes.isEmpty() ? null : quantiles(wakes));
    }

    /** Weighted by time; unknown as soon as a part that has any weight is. */
    private static @Nullable Double mean(
            @Nullable Double first, double firstWeight, @Nullable Double second, double secondWeight) {
        if (firstWeight + secondWeight == 0
                || (first == null && firstWeight > 0)
                || (second == null && secondWeight > 0)) {
            return null;
        }
        double sum = (first == null ? 0 : first * firstWeight) + (second == null ? 0 : second * secondWeight);
        return sum / (firstWeight + secondWeight);
    }

    private static EfficiencyReport.Total total(List<EfficiencyReport.Service> services) {
        int number = 0;
        double memory = 0;
        double baseline = 0;
        double cpu = 0;
        double cpuBaseline = 0;
        boolean cpuKnown = true;
        for (EfficiencyReport.Service service : services) {
            if (service.memoryMeanBytes() == null || service.memoryAwakeBytes() == null) {
                continue;
            }
            number++;
            memory += service.memoryMeanBytes();
            baseline += service.memoryAwakeBytes();
            Double mean = mean(
                    service.cpuAwake(),
                    service.awake().toNanos(),
                    service.cpuAsleep(),
                    service.asleep().toNanos());
            cpuKnown &= mean != null && service.cpuAwake() != null;
            cpu += mean == null ? 0 : mean;
            cpuBaseline += service.cpuAwake() == null ? 0 : service.cpuAwake();
        }
        if (number == 0) {
            return new EfficiencyReport.Total(0, null, null, null, null, null);
        }
        return new EfficiencyReport.Total(
                number,
                memory,
                baseline,
                saved(memory, baseline),
                cpuKnown ? (Double) cpu : null,
                cpuKnown ? (Double) cpuBaseline : null);
    }

    private static @Nullable Double saved(@Nullable Double used, @Nullable Double baseline) {
        return used == null || baseline == null || baseline == 0 ? null : (Double) (1 - used / baseline);
    }

    private static EfficiencyReport.Quantiles quantiles(List<WakeTime> wakes) {
        double[] sorted = wakes.stream().mapToDouble(WakeTime::seconds).sorted().toArray();
        return new EfficiencyReport.Quantiles(sorted.length, quantile(sorted, 0.5), quantile(sorted, 0.95));
    }

    private static double quantile(double[] sorted, double share) {
        return sorted[Math.min(sorted.length - 1, (int) Math.ceil(share * sorted.length) - 1)];
    }
}
