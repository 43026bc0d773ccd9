package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.Resources;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.Timers;
import io.forgemcp.gateway.transport.InstanceAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** A service as others see it: its status record and its gauges, read from snapshots. Thread-safe. */
final class StatusView {
    private final ServiceDefinition service;
    private final Timers timers;
    private final Ledger ledger;
    private final SlotBook slots;

    private final IntSupplier waiting;
    private volatile @Nullable String problem;

    /** @param waiting callers that wait for a lease */
    StatusView(ServiceDefinition service, Timers timers, Ledger ledger, SlotBook slots, IntSupplier waiting) {
        this.waiting = waiting;
        this.service = service;
        this.timers = timers;
        this.ledger = ledger;
        this.slots = slots;
    }

    /** A server that runs elsewhere and cannot be reached is in error, though there is nothing to stop or start. */
    ServiceState state() {
        ServiceState state = ledger.page().state();
        return problem != null && state == ServiceState.RUNNING ? ServiceState.ERROR : state;
    }

    /** Why a server that runs elsewhere cannot be reached; null if it can, or nobody knows. Ignored for others. */
    void problem(@Nullable String why) {
        problem = service.launch() instanceof Launch.Remote ? why : null;
    }

    ServiceStatus status() {
        Ledger.Page page = ledger.page();
        List<ServiceStatus.InstanceStatus> instances = new ArrayList<>();
        String runtime = null;
        String error = service.unavailable() != null ? service.unavailable() : problem;
        for (Slot slot : slots.all()) {
            SlotState.View view = slot.here().view();
            if (view.live() != null) {
                instances.add(instance(slot, view.state(), view.live()));
                runtime = view.live().runtime();
            }
            if (view.error() != null) {
                error = view.error();
            }
        }
        Duration slept = ledger.totalSleep();
        long known = slept.plus(ledger.totalAwake()).toNanos();
        return new ServiceStatus(
                service.name(),
                state(),
                runtime,
                instances,
                instances.isEmpty() ? null : instances.get(0).externalId(),
                instances.isEmpty() ? null : instances.get(0).port(),
                service.priority(),
                service.policy(),
                service.category(),
                service.sleepPolicy(),
                resources(),
                lastAccessed(),
                instances.stream()
                        .mapToInt(ServiceStatus.InstanceStatus::inFlight)
                        .sum(),
                waiting.getAsInt(),
                depth(),
                page.wakes(),
                slept,
                sum(instances.stream()
                        .map(ServiceStatus.InstanceStatus::cpuPercent)
                        .toList()),
                memory(instances),
                page.lastWake(),
                known == 0 ? null : slept.toNanos() / (double) known,
                page.transitions(),
                ledger.uptime(),
                page.changed(),
                page.sleepingSince() != null,
                service.wakeSchedule().next(timers.now()).orElse(null),
                error);
    }

    /** How deeply it sleeps, the lightest of several; null if nothing sleeps. Cheap. */
    @Nullable
    SleepDepth depth() {
        return slots.all().stream()
                .map(Slot::depth)
                .filter(Objects::nonNull)
                .min(SleepDepth::compareTo)
                .orElse(null);
    }

    ServiceLoad load() {
        List<ServiceStatus.InstanceStatus> instances = readings();
        List<Double> cpu = new ArrayList<>();
        List<Double> memory = new ArrayList<>();
        int awake = 0;
        for (ServiceStatus.InstanceStatus instance : instances) {
            if (instance.state() == ServiceState.RUNNING) {
                awake++;
                Double cores = instance.limits().cpuCores();
                Long ceiling = instance.limits().memoryBytes();
                if (cores != null && instance.cpuPercent() != null) {
                    cpu.add(instance.cpuPercent() / 100 / cores);
                }
                if (ceiling != null && instance.memoryBytes() != null) {
                    memory.add((double) instance.memoryBytes() / ceiling);
                }
            }
        }
        int starting = (int) slots.all().stream()
                .map(slot -> slot.here().view().state())
                .filter(state -> state == ServiceState.STARTING || state == ServiceState.WAKING)
                .count();
        return new ServiceLoad(
                service.name(),
                timers.now(),
                awake,
                starting,
                instances.stream()
                        .mapToInt(ServiceStatus.InstanceStatus::inFlight)
                        .sum(),
                waiting.getAsInt(),
                mean(cpu),
                mean(memory),
                ledger.totalAwake(),
                ledger.totalSleep(),
                instances);
    }

    private static @Nullable Double mean(List<Double> values) {
        return values.isEmpty()
                ? null
                : (Double) values.stream()
                        .mapToDouble(Double::doubleValue)
                        .average()
                        .orElseThrow();
    }

    /** Of the instances that are there; if there is none, of those that ended last. */
    List<String> logs(int lines) {
        List<String> logs = new ArrayList<>();
        List<String> ended = new ArrayList<>();
        boolean any = false;
        for (Slot slot : slots.all()) {
            LiveInstance live = slot.here().view().live();
            if (live != null) {
                any = true;
                logs.addAll(live.lastLines(lines));
            } else {
                List<String> left = slot.here().lastLines();
                ended.addAll(left.subList(Math.max(0, left.size() - Math.max(0, lines)), left.size()));
            }
        }
        return any ? logs : ended;
    }

    /** Registers what is known of the service from the start. */
    void register(GatewayMetrics metrics) {
        String name = service.name().value();
        Resources resources = service.resources();
        metrics.gauge(Metric.UPTIME, () -> seconds(ledger.uptime()), name);
        metrics.gauge(
                Metric.DOWNTIME,
                () -> state() == ServiceState.ERROR
                        ? (timers.nanoTime() - ledger.page().since()) / 1e9
                        : 0,
                name);
        Long memory = resources.memoryReservationBytes();
        if (memory != null) {
            metrics.gauge(Metric.MEMORY_RESERVATION, () -> memory, name);
        }
        Double cpu = resources.cpuReservationCores();
        if (cpu != null) {
            metrics.gauge(Metric.CPU_RESERVATION, () -> cpu, name);
        }
        if (!(service.launch() instanceof Launch.Java)) {
            // From zero on: a rule about failures has to find them before there is one.
            metrics.counter(Metric.HEALTH_SUCCESS, name);
            metrics.counter(Metric.HEALTH_FAILURE, name);
        }
        registerFor(ledger.page().state(), metrics);
    }

    void unregister(GatewayMetrics metrics) {
        String name = service.name().value();
        for (Metric metric :
                List.of(Metric.UPTIME, Metric.DOWNTIME, Metric.MEMORY_RESERVATION, Metric.CPU_RESERVATION)) {
            metrics.removeGauge(metric, name);
        }
        unregisterFor(ledger.page().state(), metrics);
    }

    /** Some gauges carry the state as a label: the old one must not go on beside the new one. */
    void stateChanged(ServiceState from, ServiceState to, GatewayMetrics metrics) {
        unregisterFor(from, metrics);
        registerFor(to, metrics);
    }

    private void registerFor(ServiceState state, GatewayMetrics metrics) {
        String name = service.name().value();
        DoubleSupplier memory = () -> number(memory(readings()));
        DoubleSupplier cpu = () -> number(sum(readings().stream()
                .map(ServiceStatus.InstanceStatus::cpuPercent)
                .toList()));
        metrics.gauge(Metric.MEMORY_USAGE, memory, name, state.label());
        metrics.gauge(Metric.CPU_USAGE, cpu, name, state.label());
        metrics.gauge(Metric.MEMORY_LIMIT, () -> number(limits().memoryBytes()), name, state.label());
    }

    private void unregisterFor(ServiceState state, GatewayMetrics metrics) {
        for (Metric metric : List.of(Metric.MEMORY_USAGE, Metric.CPU_USAGE, Metric.MEMORY_LIMIT)) {
            metrics.removeGauge(metric, service.name().value(), state.label());
        }
    }

    private List<ServiceStatus.InstanceStatus> readings() {
        return status().instances();
    }

    /** As configured; what is not said there is what the instances really have. */
    private Resources resources() {
        Resources said = service.resources();
        if (said.memoryBytes() != null && said.cpuCores() != null) {
            return said;
        }
        return slots.all().stream()
                .map(slot -> slot.here().view().live())
                .filter(Objects::nonNull)
                .findFirst()
                .map(this::limits)
                .map(set -> new Resources(
                        set.memoryBytes(),
                        set.cpuCores(),
                        said.memoryReservationBytes(),
                        said.cpuReservationCores(),
                        said.swapBytes(),
                        said.maxPids()))
                .orElse(said);
    }

    /** Of all instances together, without measuring what they use. */
    private Instance.Limits limits() {
        Resources one = resources();
        return Instance.Limits.together(
                slots.all().stream()
                        .map(slot -> slot.here().view().live())
                        .filter(Objects::nonNull)
                        .map(this::limits)
                        .toList(),
                new Instance.Limits(one.memoryBytes(), one.cpuCores()));
    }

    private Instance.Limits limits(LiveInstance live) {
        Instance.Limits set = live.instance().limits();
        Resources said = service.resources();
        return new Instance.Limits(
                set.memoryBytes() != null ? set.memoryBytes() : said.memoryBytes(),
                set.cpuCores() != null ? set.cpuCores() : said.cpuCores());
    }

    private ServiceStatus.InstanceStatus instance(Slot slot, ServiceState state, LiveInstance live) {
        UsageMeter.Reading reading = live.meter().read();
        return new ServiceStatus.InstanceStatus(
                live.instance().id(),
                state,
                live.instance().externalId(),
                live.target().address() instanceof InstanceAddress.Http http
                                && http.url().getPort() > 0
                        ? (Integer) http.url().getPort()
                        : null,
                (int) live.gate().calls(),
                (int) live.gate().yielding(),
                slot.depth(),
                reading.cpuPercent(),
                reading.memoryBytes(),
                limits(live),
                reading.usage());
    }

    private @Nullable Instant lastAccessed() {
        long now = timers.nanoTime();
        long shortest = Long.MAX_VALUE;
        for (Slot slot : slots.all()) {
            if (slot.here().lastUsed().get() != SlotState.NEVER) {
                shortest = Math.min(shortest, now - slot.here().lastUsed().get());
            }
        }
        return shortest == Long.MAX_VALUE ? null : timers.now().minusNanos(shortest);
    }

    private static @Nullable Long memory(List<ServiceStatus.InstanceStatus> instances) {
        Double sum = sum(instances.stream()
                .map(instance -> {
                    Long bytes = instance.memoryBytes();
                    return bytes == null ? null : (Double) bytes.doubleValue();
                })
                .toList());
        return sum == null ? null : (Long) sum.longValue();
    }

    /** Of what is known; null if nothing is. */
    private static @Nullable Double sum(List<? extends @Nullable Double> values) {
        List<Double> known = new ArrayList<>();
        values.stream().filter(Objects::nonNull).forEach(known::add);
        return known.isEmpty()
                ? null
                : (Double) known.stream().mapToDouble(Double::doubleValue).sum();
    }

    private static double number(@Nullable Number value) {
        return value == null ? Double.NaN : value.doubleValue();
    }

    private static double seconds(@Nullable Duration value) {
        return value == null ? Double.NaN : value.toNanos() / 1e9;
    }
}
