package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.DataSize;
import io.forgemcp.gateway.config.read.Durations;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.read.Position;
import io.forgemcp.gateway.config.read.Reading;
import io.forgemcp.gateway.config.schema.MonitoringFile;
import io.forgemcp.gateway.config.schema.ResourcesFile;
import io.forgemcp.gateway.config.schema.ScalingFile;
import io.forgemcp.gateway.config.schema.ServicesFile;
import io.forgemcp.gateway.service.Resources;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Reconciles what several files say about the whole system: of limits the smallest counts, of times the first. */
final class LimitChecks {
    private final Reading reading;
    private final ConfigurationFiles files;

    LimitChecks(Reading reading, ConfigurationFiles files) {
        this.reading = reading;
        this.files = files;
    }

    SystemLimits reconcile(List<Assembly.Assembled> services) {
        ResourcesFile.SystemLimits own = files.resources().systemLimits();
        ScalingFile.Global scaling = files.scaling().globalSettings();
        DataSize memory = new Sayings<DataSize>("The memory of the whole system")
                .add(own.maxMemoryGb(), reading, ResourcesFile.NAME, "system_limits.max_memory_gb")
                .add(
                        scaling.systemLimits().maxMemoryGb(),
                        reading,
                        ScalingFile.NAME,
                        "global_settings.system_limits.max_memory_gb")
                .smallestFirst(Comparator.comparing(DataSize::bytes))
                .reconcile(reading, DataSize::toString)
                .orElse(own.maxMemoryGb());
        double cores = new Sayings<Double>("The number of processor cores of the whole system")
                .add(own.maxCpuCores(), reading, ResourcesFile.NAME, "system_limits.max_cpu_cores")
                .add(
                        scaling.systemLimits().maxCpuCores(),
                        reading,
                        ScalingFile.NAME,
                        "global_settings.system_limits.max_cpu_cores")
                .smallestFirst(Comparator.naturalOrder())
                .reconcile(reading, String::valueOf)
                .orElse(own.maxCpuCores());
        Duration cooldown = new Sayings<Duration>("The cooldown period")
                .add(scaling.cooldownPeriod(), reading, ScalingFile.NAME, "global_settings.cooldown_period")
                .add(
                        files.resources().scalingConstraints().autoScale().cooldownPeriod(),
                        reading,
                        ResourcesFile.NAME,
                        "scaling_constraints.auto_scale.cooldown_period")
                .reconcile(reading, Durations::format)
                .orElse(scaling.cooldownPeriod());
        reportWakeTargets();
        ResourcesFile.Budget budget = budget(own, memory, cores);
        reportBudget(budget.memoryGb(), services);
        services.forEach(service -> reportTooLarge(service.definition(), budget));
        return new SystemLimits(memory, cores, budget.memoryGb(), budget.cpuCores(), concurrency(), cooldown);
    }

    private int concurrency() {
        int scaling = files.scaling().globalSettings().maxConcurrentServices();
        int sum = files.resources().scalingConstraints().maxConcurrent().values().stream()
                .mapToInt(Integer::intValue)
                .sum();
        return new Sayings<Integer>("The number of services awake at once")
                .add(scaling, reading, ScalingFile.NAME, "global_settings.max_concurrent_services")
                .add(
                        files.resources().systemLimits().maxTotalServices(),
                        reading,
                        ResourcesFile.NAME,
                        "system_limits.max_total_services")
                .add(sum, reading, ResourcesFile.NAME, "scaling_constraints.max_concurrent")
                .smallestFirst(Comparator.naturalOrder())
                .reconcile(reading, String::valueOf)
                .orElse(scaling);
    }

    private void reportWakeTargets() {
        ResourcesFile.WakeTimes limits = files.resources().efficiencyTargets().wakeTimeTargets();
        MonitoringFile.WakeTimes monitoring =
                files.monitoring().performanceTargets().wakeTime();
        wakeTarget("high", limits.highPriority(), monitoring.highPriority());
        wakeTarget("normal", limits.normalPriority(), monitoring.normalPriority());
        wakeTarget("low", limits.lowPriority(), monitoring.lowPriority());
    }

    private void wakeTarget(String priority, Duration limit, Duration monitored) {
        new Sayings<Duration>("The wake time to reach at " + priority + " priority")
                .add(
                        limit,
                        reading,
                        ResourcesFile.NAME,
                        "efficiency_targets.wake_time_targets." + priority + "_priority")
                .add(monitored, reading, MonitoringFile.NAME, "performance_targets.wake_time." + priority + "_priority")
                .reconcile(reading, Durations::format);
    }

    private static ResourcesFile.Budget budget(ResourcesFile.SystemLimits own, DataSize memory, double cores) {
        ResourcesFile.Budget written = own.availableForDynamic();
        if (written != null) {
            return written;
        }
        ResourcesFile.Reservation core = own.coreServicesReservation();
        return new ResourcesFile.Budget(
                new DataSize(Math.max(0, memory.bytes() - core.memoryGb().bytes())),
                Math.max(0, cores - core.cpuCores()));
    }

    private void reportTooLarge(ServiceDefinition service, ResourcesFile.Budget budget) {
        Resources resources = service.resources();
        String entry = "services." + service.name() + ".resources";
        if (resources.expectedMemoryBytes() > budget.memoryGb().bytes()) {
            tooLarge(
                    entry,
                    resources.memoryReservationBytes() == null ? "memory" : "memory_reservation",
                    new DataSize(resources.expectedMemoryBytes()).toString(),
                    budget.memoryGb().toString(),
                    "memory_gb");
        }
        Double cores = resources.cpuReservationCores();
        if (cores != null && cores > budget.cpuCores()) {
            tooLarge(entry, "cpu_reservation", cores.toString(), String.valueOf(budget.cpuCores()), "cpu_cores");
        }
    }

    private void tooLarge(String entry, String key, String needed, String budget, String limit) {
        Position limited = reading.position(ResourcesFile.NAME, "system_limits.available_for_dynamic." + limit)
                .or(() -> reading.position(ResourcesFile.NAME, "system_limits"))
                .orElse(reading.at(ResourcesFile.NAME, 0));
        reading.report(
                Finding.Severity.WARNING,
                reading.position(ServicesFile.NAME, entry + "." + key)
                        .or(() -> reading.position(ServicesFile.NAME, entry))
                        .orElse(reading.at(ServicesFile.NAME, 0)),
                entry + "." + key,
                "The service needs " + needed + ", and all services together may use " + budget + " (" + limited
                        + "): it is never started. Lower it here, or raise the limit.");
    }

    private void reportBudget(DataSize budget, List<Assembly.Assembled> services) {
        Optional<Position> written = reading.position(
                        ResourcesFile.NAME, "system_limits.available_for_dynamic.memory_gb")
                .or(() -> reading.position(ResourcesFile.NAME, "system_limits.max_memory_gb"));
        long declared = services.stream()
                .map(service -> service.entry().resources().memory())
                .filter(Objects::nonNull)
                .mapToLong(DataSize::bytes)
                .sum();
        if (written.isPresent() && declared > budget.bytes()) {
            reading.report(
                    Finding.Severity.WARNING,
                    reading.position(ServicesFile.NAME, "services").orElse(reading.at(ServicesFile.NAME, 0)),
                    "services",
                    "All services together declare " + declared / (1024 * 1024) + " MB of memory, but "
                            + written.get() + " leaves " + budget
                            + " for them. The budget is used: they cannot all be awake at once.");
        }
    }
}
