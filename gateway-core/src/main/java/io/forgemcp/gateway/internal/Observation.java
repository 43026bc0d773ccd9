package io.forgemcp.gateway.internal;

import io.forgemcp.gateway.endpoint.CallTally;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.lifecycle.Instance;
import io.forgemcp.gateway.lifecycle.LearntWakes;
import io.forgemcp.gateway.lifecycle.ServiceLoad;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.scaling.PreWarmSettings;
import io.forgemcp.gateway.scaling.ScalingPolicy;
import io.forgemcp.gateway.scaling.ScalingSettings;
import io.forgemcp.gateway.scaling.ThresholdScalingPolicy;
import io.forgemcp.gateway.scaling.efficiency.EfficiencyBook;
import io.forgemcp.gateway.scaling.efficiency.EfficiencyReport;
import io.forgemcp.gateway.scaling.efficiency.UseSample;
import io.forgemcp.gateway.scaling.prediction.CallForecast;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.store.GatewayStore;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is measured while the gateway runs, and what is decided on it: the number of instances, forecasts and what
 * they wake, the account of what sleeping saves. All of it runs on one background worker. Thread-safe.
 */
public final class Observation implements AutoCloseable {
    private static final double GIBI = 1024.0 * 1024 * 1024;
    private static final Duration SAVE_INTERVAL = Duration.ofMinutes(15);
    /** What is lost by a crash is at most what was learnt about wakes within this time. */
    private static final Duration SAVE_WAKES_INTERVAL = Duration.ofMinutes(5);

    private final ServiceManager services;
    private final Timers timers;
    private final GatewayMetrics metrics;
    private final WakeTimes wakes;
    private final ScalingLoop scaling;
    private final PreWarmer warmer;
    private final ScheduledWakes scheduled;
    private final Demand demand;
    private final EfficiencyBook book;
    private final StoredWakes storedWakes;
    private final LearntWakes learnt;
    private final int searchHits;
    private final List<Repeating> tasks;
    private final Executor worker;

    /**
     * Takes up what an earlier process has learnt about wakes, so it has to be made before services are registered.
     *
     * @param own the policy for every service; null for the thresholds of each service's own policy
     * @param tallies the calls of every service that was called
     * @param wakes the metrics that the lifecycle reports to
     */
    public Observation(
            ServiceManager services,
            @Nullable ScalingPolicy own,
            ScalingSettings settings,
            PreWarmSettings preWarm,
            Supplier<Map<ServiceName, CallTally>> tallies,
            GatewayStore store,
            Timers timers,
            EventBus events,
            WakeTimes wakes,
            Executor worker) {
        this.services = services;
        this.timers = timers;
        this.metrics = wakes;
        this.wakes = wakes;
        this.worker = worker;
        scaling = new ScalingLoop(services, policies(own, settings), settings, timers, events, wakes);
        searchHits = preWarm.searchHits();
        warmer = new PreWarmer(services, wakes, events, timers);
        scheduled = new ScheduledWakes(services, warmer, timers);
        demand = new Demand(
                services,
                tallies,
                warmer,
                new StoredForecasts(store),
                timers,
                ZoneId.systemDefault(),
                preWarm.predicted());
        book = new EfficiencyBook(settings.retention());
        storedWakes = new StoredWakes(store);
        learnt = storedWakes.load();
        services.learnt(learnt);
        tasks = List.of(
                task("measure", settings.collectionInterval(), settings.measuring() ? this::measure : () -> {}),
                task("scale", settings.interval(), () -> scaling.pass(ScalingLoop.Mode.APPLY)),
                task("count", Demand.countInterval(), demand::count),
                new Repeating("wake", scheduled::untilNextLook, scheduled::look, timers, worker),
                task("look", CallForecast.STEP, demand::look),
                task("save-wakes", SAVE_WAKES_INTERVAL, this::saveWakes),
                task("save", SAVE_INTERVAL, demand::save));
        metrics.gauge(Metric.TOTAL_COST, () -> gibi(efficiency().total().memoryMeanBytes()));
        metrics.gauge(Metric.SAVINGS, () -> percent(efficiency().total().memorySaved()));
    }

    private Repeating task(String name, Duration interval, Runnable body) {
        return new Repeating(name, () -> interval, body, timers, worker);
    }

    private static Function<ServiceDefinition, ScalingPolicy> policies(
            @Nullable ScalingPolicy own, ScalingSettings settings) {
        if (own != null) {
            return service -> own;
        }
        Map<String, ScalingPolicy> policies = new HashMap<>();
        settings.policies().forEach((name, thresholds) -> policies.put(name, new ThresholdScalingPolicy(thresholds)));
        ScalingPolicy standard =
                new ThresholdScalingPolicy(ThresholdScalingPolicy.Settings.DEFAULT.withCooldown(settings.cooldown()));
        return service -> policies.getOrDefault(service.policy(), standard);
    }

    /** Begins to measure. */
    public void start() {
        worker.execute(demand::restore);
        worker.execute(scheduled::look);
        tasks.forEach(Repeating::start);
    }

    private void saveWakes() {
        storedWakes.save(learnt);
    }

    /** Takes one measurement of every service; on the worker, or by tests. */
    void measure() {
        for (ServiceStatus status : services.statuses()) {
            services.load(status.name()).ifPresent(load -> {
                scaling.measured(load);
                book.add(use(load, status.asleep()));
            });
        }
    }

    private UseSample use(ServiceLoad load, boolean asleep) {
        UseSample.Phase phase = load.awake() + load.starting() > 0
                ? UseSample.Phase.AWAKE
                : asleep ? UseSample.Phase.ASLEEP : UseSample.Phase.DOWN;
        return new UseSample(
                load.name(),
                timers.nanoTime(),
                phase,
                load.awakeTime().toNanos(),
                load.asleepTime().toNanos(),
                sum(load, Instance.Usage::trueMemoryBytes),
                sum(load, Instance.Usage::cpuNanos));
    }

    /** Null as soon as one instance cannot be measured, as while it starts: half a sum would look like a saving. */
    private static @Nullable Long sum(ServiceLoad load, ToLongFunction<Instance.Usage> part) {
        if (load.starting() > 0) {
            return null;
        }
        long sum = 0;
        for (ServiceStatus.InstanceStatus instance : load.instances()) {
            if (instance.usage() == null) {
                return null;
            }
            sum += part.applyAsLong(instance.usage());
        }
        return sum;
    }

    /** A service has become known: what it costs is a gauge from now on, and its schedule counts. */
    public void added(ServiceName name) {
        if (services.definition(name)
                .filter(service -> !service.wakeSchedule().isEmpty())
                .isPresent()) {
            worker.execute(scheduled::look);
        }
        DoubleSupplier cost = () -> efficiency().services().stream()
                .filter(service -> service.name().equals(name))
                .map(EfficiencyReport.Service::memoryMeanBytes)
                .filter(Objects::nonNull)
                .findFirst()
                .map(Observation::gibi)
                .orElse(Double.NaN);
        metrics.gauge(Metric.SERVICE_COST, cost, name.value());
    }

    /** A service is gone. */
    public void removed(ServiceName name) {
        metrics.removeGauge(Metric.SERVICE_COST, name.value());
        book.forget(services.statuses().stream().map(ServiceStatus::name).toList());
    }

    public ScalingLoop scaling() {
        return scaling;
    }

    public Demand demand() {
        return demand;
    }

    /** A search found tools of these services, best first. */
    public void found(List<ServiceName> hits) {
        if (demand.waking()) {
            hits.stream().limit(searchHits).distinct().forEach(service -> warmer.warm(service, "search"));
        }
    }

    public EfficiencyReport efficiency() {
        return book.report(wakes.all());
    }

    private static double gibi(@Nullable Double bytes) {
        return bytes == null ? Double.NaN : bytes / GIBI;
    }

    private static double percent(@Nullable Double share) {
        return share == null ? Double.NaN : share * 100;
    }

    /** Stops measuring and writes down what was learnt; the worker must still run. */
    @Override
    public void close() {
        tasks.forEach(Repeating::close);
        worker.execute(demand::save);
        worker.execute(this::saveWakes);
    }
}
