package io.forgemcp.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** What happened in a soak, and what must not have. Thread-safe. */
final class SoakTally {
    /**
     * How long before a call ends what was done to its container may explain that it failed: the longest that a failing
     * service is left alone, and the time that a call waits for its start.
     */
    private static final long AFTERMATH = TimeUnit.SECONDS.toNanos(60 + ContainerSoak.WAKE_TIMEOUT_SECONDS);

    /** How long before a call begins its container may have been broken with nobody having noticed. */
    private static final long UNNOTICED = TimeUnit.SECONDS.toNanos(3);

    /** Something that was done by hand, in nanoseconds of the system's clock. */
    private record Harm(long begun, long ended) {}

    private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();
    /** By the name of the service; what the service manager was told to do is under another name. */
    private final Map<String, List<Harm>> harms = new ConcurrentHashMap<>();

    private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();

    void count(String what) {
        counts.computeIfAbsent(what, key -> new LongAdder()).increment();
    }

    long counted(String what) {
        LongAdder count = counts.get(what);
        return count == null ? 0 : count.sum();
    }

    /** Something that the gateway must never let happen. */
    void violation(String what) {
        violations.add(what);
    }

    List<String> violations() {
        return new ArrayList<>(violations);
    }

    /** A container of the service is being broken by hand. */
    void harming(String service, long begun) {
        harms.computeIfAbsent(service, key -> new CopyOnWriteArrayList<>()).add(new Harm(begun, Long.MAX_VALUE));
    }

    /** What began then is done. */
    void harmed(String service, long begun, long ended) {
        harms.getOrDefault(service, new CopyOnWriteArrayList<>())
                .replaceAll(harm -> harm.begun() == begun ? new Harm(begun, ended) : harm);
    }

    /** Whether what was done by hand explains that a call failed which ran between these two times. */
    boolean explains(String service, long begun, long ended, boolean mayHaveRun) {
        long since = mayHaveRun ? begun - UNNOTICED : ended - AFTERMATH;
        return harms.getOrDefault(service, List.of()).stream()
                .anyMatch(harm -> harm.ended() >= since && harm.begun() <= ended);
    }

    /** The name under which it is on record that the service manager was told to stop or restart a service. */
    static String told(String service) {
        return service + " stopped";
    }

    String report() {
        StringBuilder lines = new StringBuilder();
        counts.forEach((what, count) -> lines.append(String.format("  %-44s %8d%n", what, count.sum())));
        return lines.toString();
    }
}
