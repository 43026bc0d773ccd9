package io.forgemcp.gateway.internal;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.event.EventBus;
import io.forgemcp.gateway.lifecycle.ServiceLoad;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.lifecycle.ServiceState;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.scaling.LoadSample;
import io.forgemcp.gateway.scaling.ScalingDecision;
import io.forgemcp.gateway.scaling.ScalingInputs;
import io.forgemcp.gateway.scaling.ScalingPolicy;
import io.forgemcp.gateway.scaling.ScalingRecord;
import io.forgemcp.gateway.scaling.ScalingRecord.Outcome;
import io.forgemcp.gateway.scaling.ScalingSettings;
import io.forgemcp.gateway.scaling.ServiceScaled;
import io.forgemcp.gateway.service.InstanceLimits;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.service.Launch;
import io.forgemcp.gateway.service.RuntimeChoice;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the load of every service, asks its policy how many instances there should be, and has the lifecycle make it so,
 * within the limits of the service and of all together. Measurements and passes run one after the other on one worker;
 * reading is thread-safe.
 */
public final class ScalingLoop {
    private static final Logger LOG = LoggerFactory.getLogger(ScalingLoop.class);

    private final ServiceManager services;
    private final Function<ServiceDefinition, ScalingPolicy> policies;
    private final ScalingSettings settings;
    private final Timers timers;
    private final EventBus events;
    private final GatewayMetrics metrics;
    private final LoadBook loads;
    private final ScalingHistory history = new ScalingHistory();
    /** When the number of instances was last changed here, on {@link #steadyNow}. */
    private final Map<ServiceName, Instant> changed = new ConcurrentHashMap<>();

    /** Services of which a change is being carried out: an instance that waits for room is neither awake nor starting. */
    private final Set<ServiceName> underWay = ConcurrentHashMap.newKeySet();

    private final Instant begun;
    private final long begunNanos;

    public ScalingLoop(
            ServiceManager services,
            Function<ServiceDefinition, ScalingPolicy> policies,
            ScalingSettings settings,
            Timers timers,
            EventBus events,
            GatewayMetrics metrics) {
        this.services = services;
        this.policies = policies;
        this.settings = settings;
        this.timers = timers;
        this.events = events;
        this.metrics = metrics;
        this.loads = new LoadBook(settings.retention());
        this.begun = timers.now();
        this.begunNanos = timers.nanoTime();
    }

    /** Whether a pass carries its decisions out. */
    public enum Mode {
        APPLY,
        DRY_RUN
    }

    /** What was measured of one service a moment ago. */
    public void measured(ServiceLoad load) {
        loads.add(load.name(), sample(load, steadyNow()));
    }

    /** What the policies would do now, with their reasons, within the limits of each service. Records nothing. */
    public Map<ServiceName, ScalingDecision> decisions() {
        Map<ServiceName, ScalingDecision> decisions = new TreeMap<>();
        for (Subject subject : subjects()) {
            Wish wish = wish(subject);
            decisions.put(subject.service().name(), new ScalingDecision(wish.within(), wish.reason()));
        }
        return decisions;
    }

    /** The decisions about every service, oldest first. */
    public List<ScalingRecord> history() {
        return history.all();
    }

    /** Decides about every service once. */
    public List<ScalingRecord> pass(Mode mode) {
        List<Subject> subjects = subjects();
        // What runs inside the gateway or elsewhere takes nothing of it.
        ScalingBudget budget = new ScalingBudget(
                settings.limits(),
                subjects.stream()
                        .filter(subject -> subject.service().launch() instanceof Launch.Command)
                        .map(Subject::load)
                        .toList());
        List<ScalingRecord> records = new ArrayList<>();
        for (Subject subject : subjects) {
            ScalingRecord decided = decide(subject, budget, mode);
            records.add(decided);
            if (mode == Mode.APPLY) {
                record(decided);
                if (decided.outcome() == Outcome.SCALED) {
                    carryOut(decided);
                }
            }
        }
        return records;
    }

    /** A service with its load and what was measured before. */
    private record Subject(ServiceDefinition service, ServiceLoad load, List<LoadSample> samples) {
        int now() {
            return load.awake() + load.starting();
        }

        @Nullable
        LoadSample newest() {
            return samples.isEmpty() ? null : samples.get(samples.size() - 1);
        }
    }

    /** What the policy asks for, and what of it the service's own limits leave. */
    private record Wish(int wanted, int within, String reason) {}

    private List<Subject> subjects() {
        Map<ServiceName, Subject> subjects = new LinkedHashMap<>();
        for (ServiceStatus status : services.statuses()) {
            services.definition(status.name())
                    .filter(service -> service.unavailable() == null)
                    .ifPresent(service -> services.load(status.name()).ifPresent(load -> {
                        List<LoadSample> samples = new ArrayList<>(loads.of(status.name()));
                        if (settings.measuring()) {
                            samples.add(sample(load, steadyNow()));
                        }
                        subjects.put(status.name(), new Subject(service, load, samples));
                    }));
        }
        return List.copyOf(subjects.values());
    }

    private Wish wish(Subject subject) {
        InstanceLimits limits = subject.service().instances();
        ScalingDecision decision;
        try {
            decision = policies.apply(subject.service())
                    .decide(new ScalingInputs(
                            subject.service().name(), limits, subject.now(), steadyNow(), subject.samples()));
        } catch (RuntimeException failure) {
            metrics.counter(Metric.PLUGIN_FAILURES, "scaling-policy").increment();
            LOG.warn("event=scaling_policy_threw service={}", subject.service().name(), failure);
            return new Wish(subject.now(), subject.now(), "the policy failed, so nothing changes: " + failure);
        }
        int within = Math.max(limits.min(), Math.min(limits.max(), decision.instances()));
        return new Wish(
                decision.instances(),
                within,
                within == decision.instances()
                        ? decision.reason()
                        : decision.reason() + "; brought from " + decision.instances() + " inside the limits "
                                + limits.min() + " to " + limits.max());
    }

    private ScalingRecord decide(Subject subject, ScalingBudget budget, Mode mode) {
        Wish wish = wish(subject);
        int now = subject.now();
        if (wish.within() == now) {
            return record(subject, wish, now, Outcome.UNCHANGED, wish.reason());
        }
        Outcome change = mode == Mode.APPLY ? Outcome.SCALED : Outcome.DRY_RUN;
        ServiceDefinition service = subject.service();
        String held = held(subject, wish);
        if (held != null) {
            return record(subject, wish, now, Outcome.HELD, wish.reason() + "; but " + held);
        }
        if (wish.within() < now || now < service.instances().min()) {
            return record(subject, wish, wish.within(), change, wish.reason());
        }
        ScalingBudget.Grant grant = budget.grant(service, subject.load(), wish.within() - now);
        String reason = grant.reason() == null ? wish.reason() : wish.reason() + "; but " + grant.reason();
        return record(subject, wish, now + grant.instances(), grant.instances() == 0 ? Outcome.HELD : change, reason);
    }

    private @Nullable String held(Subject subject, Wish wish) {
        ServiceDefinition service = subject.service();
        if (service.wire() == WireProtocol.STDIO
                && service.isolation() == Isolation.SESSION
                && service.runtime() != RuntimeChoice.JAVA) {
            return "its instances come and go with its clients (isolation: session)";
        }
        if (underWay.contains(service.name())) {
            return "the change before is still being carried out";
        }
        if (wish.within() > subject.now() && subject.load().starting() > 0) {
            return "an instance is starting already";
        }
        if (subject.now() == 0 && service.instances().min() == 0) {
            return "the calls that wait start it themselves";
        }
        Instant last = changed.get(service.name());
        if (wish.within() < subject.now() && last != null) {
            Duration since = Duration.between(last, steadyNow());
            if (since.compareTo(settings.cooldown()) < 0) {
                return "the number was changed " + since.toSeconds() + " s ago and the cooldown is "
                        + settings.cooldown().toSeconds() + " s";
            }
        }
        return null;
    }

    private ScalingRecord record(Subject subject, Wish wish, int target, Outcome outcome, String reason) {
        return new ScalingRecord(
                timers.now(),
                subject.service().name(),
                subject.service().policy(),
                subject.service().instances(),
                subject.now(),
                wish.wanted(),
                target,
                outcome,
                reason,
                subject.newest(),
                subject.samples().size());
    }

    private void carryOut(ScalingRecord decided) {
        ServiceName name = decided.service();
        changed.put(name, steadyNow());
        loads.forget(name);
        underWay.add(name);
        services.scale(name, decided.target(), decided.reason()).whenComplete((status, failure) -> {
            underWay.remove(name);
            if (failure != null) {
                record(failed(
                        decided, String.valueOf(GatewayException.of(failure).getMessage())));
            } else if (decided.target() > decided.instances() && running(status) < decided.target()) {
                record(failed(decided, running(status) + " of its instances run afterwards"));
            }
        });
    }

    private static long running(ServiceStatus status) {
        return status.instances().stream()
                .filter(instance -> instance.state() == ServiceState.RUNNING)
                .count();
    }

    private ScalingRecord failed(ScalingRecord decided, String why) {
        return new ScalingRecord(
                timers.now(),
                decided.service(),
                decided.policy(),
                decided.limits(),
                decided.instances(),
                decided.wanted(),
                decided.target(),
                Outcome.FAILED,
                decided.reason() + "; but " + why,
                decided.load(),
                decided.samples());
    }

    private void record(ScalingRecord decided) {
        boolean news = history.add(decided);
        String outcome = decided.outcome().name().toLowerCase(Locale.ROOT);
        metrics.counter(Metric.SCALING_DECISIONS, decided.service().value(), outcome)
                .increment();
        if (news) {
            events.publish(new ServiceScaled(
                    decided.at(),
                    decided.service(),
                    decided.instances(),
                    decided.target(),
                    decided.outcome(),
                    decided.reason()));
        }
    }

    private static LoadSample sample(ServiceLoad load, Instant at) {
        return new LoadSample(at, load.cpu(), load.memory(), load.activeCalls(), load.waitingCalls());
    }

    /** A wall clock that does not jump: what has been low for a minute must not seem so because the clock was set. */
    private Instant steadyNow() {
        return begun.plusNanos(timers.nanoTime() - begunNanos);
    }
}
