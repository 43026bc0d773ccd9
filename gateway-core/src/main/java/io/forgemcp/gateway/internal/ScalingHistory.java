package io.forgemcp.gateway.internal;

import io.forgemcp.gateway.scaling.ScalingRecord;
import io.forgemcp.gateway.service.ServiceName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The decisions that were made: of each service the last that changed or wanted to change something, and the newest of
 * all, so that a quiet hour does not push out why something was done. Thread-safe.
 */
final class ScalingHistory {
    private static final int MOST = 50;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<ServiceName, Deque<ScalingRecord>> changes = new HashMap<>();
    private final Map<ServiceName, ScalingRecord> quiet = new HashMap<>();

    /** @return whether this is news: a change, or something held back for the first time */
    boolean add(ScalingRecord decided) {
        lock.lock();
        try {
            if (decided.outcome() == ScalingRecord.Outcome.UNCHANGED) {
                quiet.put(decided.service(), decided);
                return false;
            }
            Deque<ScalingRecord> kept = changes.computeIfAbsent(decided.service(), name -> new ArrayDeque<>());
            ScalingRecord last = kept.peekLast();
            boolean again = last != null
                    && decided.outcome() == ScalingRecord.Outcome.HELD
                    && last.outcome() == ScalingRecord.Outcome.HELD
                    && last.wanted() == decided.wanted();
            if (again || kept.size() >= MOST) {
                kept.remove(again ? last : kept.peekFirst());
            }
            kept.addLast(decided);
            return !again;
        } finally {
            lock.unlock();
        }
    }

    /** Oldest first. */
    List<ScalingRecord> all() {
        List<ScalingRecord> all = new ArrayList<>();
        lock.lock();
        try {
            changes.values().forEach(all::addAll);
            all.addAll(quiet.values());
        } finally {
            lock.unlock();
        }
        all.sort(Comparator.comparing(ScalingRecord::at).thenComparing(ScalingRecord::service));
        return all;
    }
}
