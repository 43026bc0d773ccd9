package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.SleepPolicy;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one service has learnt about each sleep depth, and how deeply it may sleep therefore: never to a depth whose wakes
 * have been slower than the target of the service's priority. Written by the service's mailbox; {@link #figures} and
 * {@link #expectedWake} are for any thread.
 *
 * <p>A depth that has not been measured is taken at what wakes from it usually cost, or may be tried once the next
 * lighter one has proved twice as fast as it has to be. A depth that was too slow is tried again after many wakes from
 * lighter ones, because a slow wake may have been the fault of a busy moment.
 */
final class DepthBook {
    /** 95th percentiles that are typical of small servers, until a service has its own. */
    private static final Map<SleepDepth, Duration> USUAL = Map.of(
            SleepDepth.FREEZE, Duration.ofMillis(45),
            SleepDepth.SHALLOW, Duration.ofMillis(135),
            SleepDepth.DEEP, Duration.ofMillis(450));

    private static final int ENOUGH = 3;
    private static final int AGE_AFTER = 10;

    private static final class Entry {
        private final WakeSamples wakes = new WakeSamples();
        private long sleeps;
        private int lighterWakes;
        private @Nullable Long awakeBytes;
        private @Nullable Long asleepBytes;
        private @Nullable Double cpuPercent;
        private @Nullable String refused;
    }

    private final ServiceName name;
    private final String identity;
    private final Priority priority;
    private final SleepPolicy.Depth wanted;
    private final LearntWakes learnt;
    private final Map<SleepDepth, Entry> entries = new EnumMap<>(SleepDepth.class);
    private volatile Map<SleepDepth, String> withheld = Map.of();
    private volatile List<DepthFigures> figures = List.of();

    /** @param learnt what is known of its wakes already, and is told of each further one */
    DepthBook(ServiceDefinition service, LearntWakes learnt) {
        this.name = service.name();
        this.identity = LearntWakes.identity(service);
        this.priority = service.priority();
        this.wanted = service.sleepPolicy().depth();
        this.learnt = learnt;
        for (SleepDepth depth : SleepDepth.values()) {
            entries.put(depth, new Entry());
        }
        learnt.of(service).forEach((depth, wakes) -> wakes.forEach(entry(depth).wakes::add));
        publish();
    }

    /** Of every depth, lightest first. */
    List<DepthFigures> figures() {
        return figures;
    }

    /** How long a wake from this depth takes as a rule, or what is usual; empty for starts if none was seen. */
    Optional<Duration> expectedWake(SleepDepth depth) {
        return Optional.ofNullable(figures.get(depth.ordinal()).wakeMedian())
                .or(() -> Optional.ofNullable(USUAL.get(depth)));
    }

    /** How long 95 % of the wakes from this depth take at most, or what is usual; empty for starts if none was seen. */
    Optional<Duration> longWake(SleepDepth depth) {
        return Optional.ofNullable(figures.get(depth.ordinal()).wakeP95())
                .or(() -> Optional.ofNullable(USUAL.get(depth)));
    }

    /** How long a start takes as a rule; nothing if none has been seen. */
    Duration expectedStart() {
        return expectedWake(SleepDepth.STOP).orElse(Duration.ZERO);
    }

    /** What the runtime withholds on this host, with the reasons. */
    void withheld(Map<SleepDepth, String> reasons) {
        withheld = Map.copyOf(reasons);
        publish();
    }

    /**
     * How deeply to sleep at first: what the policy names, or the nearest lighter depth that the instance has. Stopping
     * is for those who ask for it and for instances that cannot sleep in any other way.
     */
    SleepDepth first(Set<SleepDepth> offered) {
        if (offered.isEmpty()) {
            return SleepDepth.STOP;
        }
        SleepDepth lightest = Collections.min(offered);
        SleepDepth limit = switch (wanted) {
            case STOP -> SleepDepth.STOP;
            case DEEP -> SleepDepth.DEEP;
            case SHALLOW -> SleepDepth.SHALLOW;
            case FREEZE, AUTO -> SleepDepth.FREEZE;
        };
        if (limit == SleepDepth.STOP) {
            return limit;
        }
        return offered.stream()
                .filter(depth -> depth.compareTo(limit) <= 0 && entry(depth).refused == null)
                .max(SleepDepth::compareTo)
                .orElse(lightest);
    }

    /** The next deeper depth that may be used; empty if there is none. Only for a depth left to the gateway. */
    Optional<SleepDepth> deeper(SleepDepth now, Set<SleepDepth> offered) {
        if (wanted != SleepPolicy.Depth.AUTO) {
            return Optional.empty();
        }
        return offered.stream()
                .filter(depth -> depth.compareTo(now) > 0)
                .min(SleepDepth::compareTo)
                .filter(depth -> objection(depth) == null);
    }

    void slept(SleepDepth depth) {
        entry(depth).sleeps++;
        publish();
    }

    /** The runtime could not: not tried again until the next start. */
    void refused(SleepDepth depth, String reason) {
        entry(depth).refused = reason;
        publish();
    }

    void started(Duration took) {
        entries.values().forEach(entry -> entry.refused = null);
        entry(SleepDepth.STOP).wakes.add(took);
        note();
        publish();
    }

    void woken(SleepDepth from, Duration took) {
        entry(from).wakes.add(took);
        for (SleepDepth deeper : SleepDepth.values()) {
            Entry entry = entry(deeper);
            if (deeper.compareTo(from) > 0 && deeper != SleepDepth.STOP && ++entry.lighterWakes >= AGE_AFTER) {
                entry.lighterWakes = 0;
                entry.wakes.age();
            }
        }
        note();
        publish();
    }

    private void note() {
        Map<SleepDepth, List<Duration>> wakes = new EnumMap<>(SleepDepth.class);
        entries.forEach((depth, entry) -> {
            if (entry.wakes.size() > 0) {
                wakes.put(depth, entry.wakes.kept());
            }
        });
        learnt.note(name, new LearntWakes.Service(identity, wakes));
    }

    /** @param awakeBytes just before the sleep; null if not measured */
    void memory(SleepDepth depth, @Nullable Long awakeBytes, @Nullable Long asleepBytes) {
        Entry entry = entry(depth);
        entry.awakeBytes = awakeBytes;
        entry.asleepBytes = asleepBytes;
        publish();
    }

    void processor(SleepDepth depth, double percent) {
        entry(depth).cpuPercent = percent;
        publish();
    }

    /** Why a depth is not used now; null if it may be. */
    private @Nullable String objection(SleepDepth depth) {
        Entry entry = entry(depth);
        if (entry.refused != null) {
            return entry.refused;
        }
        String reason = withheld.get(depth);
        if (reason != null || depth == SleepDepth.STOP || depth == SleepDepth.FREEZE) {
            return reason;
        }
        Duration target = priority.wakeTarget();
        Duration measured = entry.wakes.percentile(0.95);
        if (measured != null) {
            return measured.compareTo(target) <= 0
                    ? null
                    : "95 % of its wakes took up to " + measured.toMillis() + " ms, the target is " + target.toMillis()
                            + " ms";
        }
        Duration usual = USUAL.getOrDefault(depth, target);
        if (usual.compareTo(target) <= 0 || lighterIsFast(depth, target)) {
            return null;
        }
        return "wakes usually take up to " + usual.toMillis() + " ms, the target is " + target.toMillis()
                + " ms; tried once lighter sleep wakes in half of that";
    }

    private boolean lighterIsFast(SleepDepth depth, Duration target) {
        WakeSamples lighter = entry(SleepDepth.values()[depth.ordinal() - 1]).wakes;
        Duration p95 = lighter.percentile(0.95);
        return lighter.size() >= ENOUGH && p95 != null && p95.multipliedBy(2).compareTo(target) <= 0;
    }

    private Entry entry(SleepDepth depth) {
        Entry entry = entries.get(depth);
        if (entry == null) {
            throw new IllegalStateException("no entry for " + depth);
        }
        return entry;
    }

    private void publish() {
        figures = Stream.of(SleepDepth.values())
                .map(depth -> {
                    Entry entry = entry(depth);
                    return new DepthFigures(
                            depth,
                            entry.sleeps,
                            entry.wakes.seen(),
                            entry.wakes.percentile(0.5),
                            entry.wakes.percentile(0.95),
                            entry.awakeBytes,
                            entry.asleepBytes,
                            entry.cpuPercent,
                            objection(depth));
                })
                .toList();
    }
}
