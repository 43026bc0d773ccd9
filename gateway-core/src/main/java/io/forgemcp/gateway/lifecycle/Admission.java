package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who may be awake at the same time. An instance asks before it starts or wakes; if there is no room, others are put to
 * sleep first, then it waits for its turn, and in the end it is refused with the reason. What a call waits for comes first,
 * then the highest priority.
 *
 * <p>The lock guards a few sets and is never held over a call to anybody else. Thread-safe.
 */
final class Admission {
    /** An instance that is awake or wants to be. Its figures may be read from any thread. */
    interface Applicant {
        ServiceDefinition service();

        /** Whether a call waits for it, now; what nobody has called for holds up no call. */
        boolean called();

        /** What it needs, or really uses if that is known and more; of a sleeping one what it still keeps. */
        long memoryBytes();

        /** It may start now. Any thread. */
        void admitted();

        /** It has waited in vain. Any thread. */
        void refused(GatewayException reason);
    }

    /** Makes room by putting others to sleep; false if there is nobody left to put to sleep. */
    @FunctionalInterface
    interface Evictor {
        boolean makeRoom(ServiceDefinition forWhom, boolean memoryIsShort);
    }

    /** Why somebody does not fit. */
    private record Shortage(String reason, boolean ofMemory) {}

    private record Waiting(Applicant applicant, long order, Timers.Cancellable timeout) {}

    private static final Duration PRESS_INTERVAL = Duration.ofMillis(250);

    private final Timers timers;
    private final AtomicBoolean pressing = new AtomicBoolean();
    private final Controls controls;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Applicant> awake = new LinkedHashSet<>();
    private final Set<Applicant> asleep = new LinkedHashSet<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private volatile ServiceBudget budget;
    private volatile double share = 1;
    private volatile Evictor evictor = (forWhom, memory) -> false;
    private long order;

    Admission(ServiceBudget budget, Controls controls, Timers timers) {
        this.budget = budget;
        this.controls = controls;
        this.timers = timers;
    }

    void evictor(Evictor value) {
        evictor = value;
    }

    /** Only this share of the memory and processor budget is given out from now on. */
    void reduceTo(double value) {
        share = value;
        retry();
    }

    /**
     * Asks to be awake.
     *
     * @return true if it is admitted at once; otherwise it hears of it later, one way or the other
     */
    boolean enter(Applicant applicant) {
        Shortage shortage;
        lock.lock();
        try {
            if (awake.contains(applicant)) {
                return true;
            }
            shortage = shortage(applicant);
            if (shortage == null && waiting.isEmpty()) {
                asleep.remove(applicant);
                awake.add(applicant);
                return true;
            }
            Timers.Cancellable timeout = timers.schedule(controls.sleep().wakeTimeout(), () -> giveUp(applicant));
            waiting.add(new Waiting(applicant, order++, timeout));
        } finally {
            lock.unlock();
        }
        if (shortage != null) {
            evictor.makeRoom(applicant.service(), shortage.ofMemory());
        }
        retry();
        pressAgain();
        return false;
    }

    /** While somebody waits, it is looked again and again whether somebody else can be put to sleep by now. */
    private void pressAgain() {
        if (pressing.compareAndSet(false, true)) {
            timers.schedule(PRESS_INTERVAL, () -> {
                pressing.set(false);
                pressOn();
                if (somebodyWaits()) {
                    pressAgain();
                }
            });
        }
    }

    private boolean somebodyWaits() {
        lock.lock();
        try {
            return !waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** It is awake, whether there is room or not: it was found so. */
    void found(Applicant applicant) {
        lock.lock();
        try {
            asleep.remove(applicant);
            awake.add(applicant);
        } finally {
            lock.unlock();
        }
    }

    /** It sleeps, and keeps some memory. */
    void asleep(Applicant applicant) {
        leave(applicant, true);
    }

    /** It has ended, or is not wanted any more. */
    void gone(Applicant applicant) {
        leave(applicant, false);
    }

    private void leave(Applicant applicant, boolean keepsMemory) {
        boolean changed;
        lock.lock();
        try {
            changed = awake.remove(applicant) | asleep.remove(applicant);
            changed |= waiting.removeIf(entry -> {
                boolean same = entry.applicant() == applicant;
                if (same) {
                    entry.timeout().cancel();
                }
                return same;
            });
            if (keepsMemory) {
                asleep.add(applicant);
            }
        } finally {
            lock.unlock();
        }
        if (changed) {
            retry();
            pressOn();
        }
    }

    /** Why somebody who waits has not been admitted yet, for people. */
    String reason(Applicant applicant) {
        lock.lock();
        try {
            return Optional.ofNullable(shortage(applicant))
                    .map(Shortage::reason)
                    .orElse("others that are more important wait too");
        } finally {
            lock.unlock();
        }
    }

    /** Admits as many of those who wait as fit, in order; one that does not fit holds up those behind it. */
    void retry() {
        for (; ; ) {
            Applicant next;
            Shortage shortage;
            lock.lock();
            try {
                if (waiting.isEmpty()) {
                    return;
                }
                Waiting first = first();
                next = first.applicant();
                shortage = shortage(next);
                if (shortage == null) {
                    waiting.remove(first);
                    first.timeout().cancel();
                    asleep.remove(next);
                    awake.add(next);
                }
            } finally {
                lock.unlock();
            }
            if (shortage != null) {
                return;
            }
            next.admitted();
        }
    }

    /** Has somebody put to sleep for the first of those who wait, if that may help. */
    void pressOn() {
        Applicant first;
        Shortage shortage;
        lock.lock();
        try {
            if (waiting.isEmpty()) {
                return;
            }
            first = first().applicant();
            shortage = shortage(first);
        } finally {
            lock.unlock();
        }
        if (shortage == null) {
            retry();
        } else {
            evictor.makeRoom(first.service(), shortage.ofMemory());
        }
    }

    /** Whose turn it is: found each time, because a call may have come for one that nobody had called for. */
    private Waiting first() {
        return Collections.min(
                waiting,
                Comparator.comparing((Waiting entry) -> !entry.applicant().called())
                        .thenComparing(entry -> priority(entry.applicant()))
                        .thenComparingLong(Waiting::order));
    }

    private void giveUp(Applicant applicant) {
        String reason = reason(applicant);
        boolean waited;
        lock.lock();
        try {
            waited = waiting.removeIf(entry -> entry.applicant() == applicant);
        } finally {
            lock.unlock();
        }
        if (waited) {
            applicant.refused(new ServiceFailures(applicant.service().name())
                    .noRoom(controls.sleep().wakeTimeout(), reason));
            retry();
        }
    }

    private @Nullable Shortage shortage(Applicant applicant) {
        ServiceDefinition service = applicant.service();
        ServiceBudget limits = budget;
        Set<Object> services = new HashSet<>();
        awake.forEach(other -> services.add(other.service().name()));
        if (limits.services() != null && !services.contains(service.name()) && services.size() >= limits.services()) {
            return new Shortage(
                    services.size() + " services are awake and max_concurrent_services is " + limits.services(), false);
        }
        String category = service.category();
        Integer most = category == null ? null : limits.byCategory().get(category);
        if (most != null) {
            long same = awake.stream()
                    .map(Applicant::service)
                    .filter(other -> Objects.equals(category, other.category())
                            && !other.name().equals(service.name()))
                    .map(ServiceDefinition::name)
                    .distinct()
                    .count();
            if (same >= most) {
                return new Shortage(
                        same + " services of category " + category + " are awake and max_concurrent is " + most, false);
            }
        }
        return limits.memoryBytes() == null && limits.cpuCores() == null ? null : overBudget(applicant, limits);
    }

    private @Nullable Shortage overBudget(Applicant applicant, ServiceBudget limits) {
        Long memory = limits.memoryBytes();
        if (memory != null) {
            long used = bytes(awake, applicant) + bytes(asleep, applicant);
            long needed = applicant.memoryBytes();
            if (used > 0 && used + needed > memory * share) {
                return new Shortage(
                        "it needs " + mebi(needed) + " MB, and other services use " + mebi(used) + " of "
                                + mebi((long) (memory * share)) + " MB",
                        true);
            }
        }
        Double cores = limits.cpuCores();
        if (cores != null) {
            double used = awake.stream()
                    .filter(other -> other != applicant)
                    .mapToDouble(Admission::cores)
                    .sum();
            if (used > 0 && cores(applicant) > 0 && used + cores(applicant) > cores * share) {
                return new Shortage(
                        "it reserves " + cores(applicant) + " cores, and other services have " + used + " of "
                                + cores * share,
                        false);
            }
        }
        return null;
    }

    private static long bytes(Collection<Applicant> of, Applicant without) {
        return of.stream()
                .filter(other -> other != without)
                .mapToLong(Applicant::memoryBytes)
                .sum();
    }

    private static double cores(Applicant applicant) {
        Double cores = applicant.service().resources().cpuReservationCores();
        return cores == null ? 0 : cores;
    }

    private static Priority priority(Applicant applicant) {
        return applicant.service().priority();
    }

    private static long mebi(long bytes) {
        return bytes / (1024 * 1024);
    }
}
