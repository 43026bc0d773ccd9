package io.forgemcp.gateway.internal;

import io.forgemcp.gateway.scaling.LoadSample;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The recent load of every service: at most so many measurements, none older than the retention. Thread-safe. */
final class LoadBook {
    /** An hour at the usual interval; a decision looks back a few minutes. */
    private static final int MOST = 360;

    private final Duration retention;
    private final Map<ServiceName, Deque<LoadSample>> samples = new ConcurrentHashMap<>();

    LoadBook(Duration retention) {
        this.retention = retention;
    }

    void add(ServiceName service, LoadSample sample) {
        samples.compute(service, (name, known) -> {
            Deque<LoadSample> kept = known == null ? new ArrayDeque<>() : known;
            Instant oldest = sample.at().minus(retention);
            while (!kept.isEmpty()
                    && (kept.size() >= MOST || kept.getFirst().at().isBefore(oldest))) {
                kept.removeFirst();
            }
            kept.addLast(sample);
            return kept;
        });
    }

    /** Oldest first. */
    List<LoadSample> of(ServiceName service) {
        List<List<LoadSample>> copy = new java.util.ArrayList<>(1);
        samples.computeIfPresent(service, (name, known) -> {
            copy.add(List.copyOf(known));
            return known;
        });
        return copy.isEmpty() ? List.of() : copy.get(0);
    }

    /** What was measured with another number of instances says nothing about this one. */
    void forget(ServiceName service) {
        samples.remove(service);
    }
}
