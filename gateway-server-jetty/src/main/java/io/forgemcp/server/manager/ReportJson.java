package io.forgemcp.server.manager;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.endpoint.CallTally;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.ServiceEfficiency;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.lifecycle.SleepDepth;
import io.forgemcp.gateway.scaling.efficiency.EfficiencyReport;
import io.forgemcp.gateway.scaling.efficiency.EfficiencyReport.Quantiles;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.server.rest.Json;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes reports. Memory in MB, processor use in percent of one core, times in the unit that the name says. */
final class ReportJson {
    private static final double MEBI = 1024.0 * 1024;
    private static final double GIBI = MEBI * 1024;

    private final HostMachine host;

    ReportJson(HostMachine host) {
        this.host = host;
    }

    ObjectNode efficiency(EfficiencyReport report) {
        EfficiencyReport.Total total = report.total();
        ObjectNode json = Json.object();
        json.put("window_hours", report.window().toHours());
        json.put("swap_class", host.swap().label());
        json.put("swap_meaning", host.swap().meaning());
        ObjectNode all = json.putObject("total");
        all.put("services_measured", total.services());
        all.put("memory_mean", over(total.memoryMeanBytes(), MEBI));
        all.put("memory_baseline", over(total.memoryBaselineBytes(), MEBI));
        all.put("memory_saved_percent", times(total.memorySaved(), 100));
        all.put("cpu_mean", times(total.cpuMean(), 100));
        all.put("cpu_baseline", times(total.cpuBaseline(), 100));
        json.set("services", Json.array(report.services().stream(), ReportJson::service));
        json.set("wake_time_by_priority", wakes(report.wakes()));
        json.put(
                "method",
                "Every service is measured at a fixed interval: RAM of all its processes, plus the RAM that zram or zswap"
                        + " needs for what was moved out; processor time of all its processes. How long it ran and slept in"
                        + " between is exact, and means are weighted by it."
                        + " The baseline is the mean while awake: what the same services would use if none ever slept."
                        + " Time in error or stopped by command counts for nothing; services that were not measured while awake"
                        + " are left out of the total.");
        return json;
    }

    static ObjectNode service(EfficiencyReport.Service service) {
        ObjectNode json = Json.object();
        json.put("name", service.name().value());
        json.put("awake_seconds", service.awake().toSeconds());
        json.put("asleep_seconds", service.asleep().toSeconds());
        json.put("memory_awake", over(service.memoryAwakeBytes(), MEBI));
        json.put("memory_asleep", over(service.memoryAsleepBytes(), MEBI));
        json.put("memory_mean", over(service.memoryMeanBytes(), MEBI));
        json.put("memory_saved_percent", times(service.memorySaved(), 100));
        json.put("cpu_awake", times(service.cpuAwake(), 100));
        json.put("cpu_asleep", times(service.cpuAsleep(), 100));
        json.set("wake_time", quantiles(service.wakes()));
        return json;
    }

    /** What every depth of sleep has meant for a service. */
    static ObjectNode depths(ServiceEfficiency service) {
        ObjectNode json = Json.object();
        json.put("name", service.name().value());
        json.put("depth_now", service.depth() == null ? null : label(service.depth()));
        json.set(
                "depths",
                Json.array(
                        service.depths().stream(),
                        depth -> Json.object()
                                .put("depth", label(depth.depth()))
                                .put("sleeps", depth.sleeps())
                                .put("wakes", depth.wakes())
                                .put("wake_p50_ms", millis(depth.wakeMedian()))
                                .put("wake_p95_ms", millis(depth.wakeP95()))
                                .put("memory_awake", over(depth.awakeBytes(), MEBI))
                                .put("memory_asleep", over(depth.asleepBytes(), MEBI))
                                .put("cpu_asleep", depth.asleepCpuPercent())
                                .put("not_used_because", depth.objection())));
        return json;
    }

    private static String label(SleepDepth depth) {
        return depth.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable Double millis(@Nullable Duration duration) {
        return duration == null ? null : (Double) (duration.toNanos() / 1e6);
    }

    /** Cost in what is measured: no price of a gigabyte is known here. */
    ObjectNode cost(EfficiencyReport report) {
        EfficiencyReport.Total total = report.total();
        ObjectNode json = Json.object();
        json.put("current_cost", over(total.memoryMeanBytes(), GIBI));
        json.put("baseline_cost", over(total.memoryBaselineBytes(), GIBI));
        json.put("savings_percent", times(total.memorySaved(), 100));
        json.put("unit", "GB-hours of RAM for each hour");
        json.set(
                "services",
                Json.array(
                        report.services().stream(),
                        service -> Json.object()
                                .put("name", service.name().value())
                                .put("current_cost", over(service.memoryMeanBytes(), GIBI))
                                .put("baseline_cost", over(service.memoryAwakeBytes(), GIBI))
                                .put("savings_percent", times(service.memorySaved(), 100))));
        json.put(
                "method",
                "Mean RAM of the services that were measured, over the window of the efficiency report; the baseline is the"
                        + " same services never sleeping. Multiply by your price of a GB-hour. Processor time is not priced.");
        return json;
    }

    /** What a service uses now. */
    static ObjectNode use(ServiceStatus status) {
        ObjectNode json = Json.object();
        json.put("name", status.name().value());
        json.put("state", status.state().label());
        json.put("cpu_usage", status.cpuPercent());
        json.put("memory_usage", over(status.memoryBytes(), MEBI));
        json.put("memory_true", over(sum(status, Instance.Usage::trueMemoryBytes), MEBI));
        json.put("swap_usage", over(sum(status, Instance.Usage::swapBytes), MEBI));
        json.put("memory_limit", over(status.limits().memoryBytes(), MEBI));
        json.put("cpu_limit", status.limits().cpuCores());
        json.put("instances", status.instances().size());
        return json;
    }

    /** What is known of all services together. */
    static ObjectNode total(List<ServiceStatus> statuses) {
        ObjectNode json = Json.object();
        json.put("services", statuses.size());
        json.put(
                "services_measured",
                statuses.stream().filter(status -> status.memoryBytes() != null).count());
        json.put("cpu_usage", add(statuses, ServiceStatus::cpuPercent));
        json.put("memory_usage", over(add(statuses, ServiceStatus::memoryBytes), MEBI));
        json.put("memory_true", over(add(statuses, status -> sum(status, Instance.Usage::trueMemoryBytes)), MEBI));
        return json;
    }

    static ObjectNode performance(
            ServiceStatus status, CallTally.@Nullable Reading calls, Optional<EfficiencyReport.Service> measured) {
        ObjectNode json = Json.object();
        json.put("name", status.name().value());
        json.put("calls", calls == null ? 0 : calls.calls());
        json.put("failures", calls == null ? 0 : calls.failures());
        json.put("inFlight", status.inFlight());
        json.put("response_time_p50_ms", calls == null ? null : times(calls.quantile(0.5), 1000));
        json.put("response_time_p95_ms", calls == null ? null : times(calls.quantile(0.95), 1000));
        json.put("wake_count", status.wakeCount());
        json.set(
                "wake_time",
                quantiles(measured.map(EfficiencyReport.Service::wakes).orElse(null)));
        return json;
    }

    static ObjectNode wakes(Map<String, Quantiles> byPriority) {
        ObjectNode json = Json.object();
        new TreeMap<>(byPriority).forEach((priority, quantiles) -> json.set(priority, quantiles(quantiles)));
        return json;
    }

    static Optional<EfficiencyReport.Service> find(EfficiencyReport report, ServiceName name) {
        return report.services().stream()
                .filter(service -> service.name().equals(name))
                .findFirst();
    }

    private static @Nullable ObjectNode quantiles(@Nullable Quantiles wakes) {
        return wakes == null
                ? null
                : Json.object()
                        .put("count", wakes.count())
                        .put("p50_ms", wakes.p50Seconds() * 1000)
                        .put("p95_ms", wakes.p95Seconds() * 1000);
    }

    /** Of all instances; null if there is none or one cannot be measured. */
    private static @Nullable Double sum(ServiceStatus status, Function<Instance.Usage, @Nullable Number> part) {
        double sum = 0;
        for (ServiceStatus.InstanceStatus instance : status.instances()) {
            Number value = instance.usage() == null ? null : part.apply(instance.usage());
            if (value == null) {
                return null;
            }
            sum += value.doubleValue();
        }
        return status.instances().isEmpty() ? null : (Double) sum;
    }

    private static @Nullable Double add(List<ServiceStatus> statuses, Function<ServiceStatus, @Nullable Number> part) {
        List<Number> values = statuses.stream()
                .map(part)
                .filter(Objects::nonNull)
                .map(Number.class::cast)
                .toList();
        return values.isEmpty()
                ? null
                : (Double) values.stream().mapToDouble(Number::doubleValue).sum();
    }

    private static @Nullable Double over(@Nullable Number value, double unit) {
        return value == null ? null : (Double) (value.doubleValue() / unit);
    }

    private static @Nullable Double times(@Nullable Double value, double factor) {
        return value == null ? null : (Double) (value * factor);
    }
}
