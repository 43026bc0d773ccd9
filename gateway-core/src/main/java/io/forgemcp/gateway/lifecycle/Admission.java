package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.error.GatewayException;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who may be awake at the same time. An instance asks before it starts or wakes; if there is no room, others are put to
 * sleep first, then it waits for its turn, and in the end it is refused with the reason. What a call waits for comes first,
 * what is only listened to last; of equals the highest priority, then who came first. Nobody makes room for who listens.
 *
 * <p>Whoever fits is admitted, except past somebody before it who is short of something that it would take as well: small
 * ones never use up again and again the memory that a large one waits for, and nobody waits behind one who is held up by
 * something else, such as the number of services of a category.
 *
 * <p>The lock guards a few sets and is never held over a call to anybody else. Thread-safe.
 */
final class Admission {
    /** An instance that is awake or wants to be. Its figures may be read from any thread. */
    interface Applicant {
        ServiceDefinition service();

        /** For whom it is to be awake, now; null if for nobody any more. What nobody has called for holds up no call. */
        @Nullable
        Demand demand();

        /** What it uses while awake, as far as that is known, and at least what is set aside for it. */
        long memoryBytes();

        /** What it still keeps while it sleeps. */
        long keptBytes();

        /** It may start now. Any thread. */
        void admitted();

        /** It has waited in vain. Any thread. */
        void refused(GatewayException reason);
    }

    /** Makes room by putting others to sleep, one at a time. */
    @FunctionalInterface
    interface Evictor {
        /**
         * @param shortages everything that the service is short of; not empty
         * @param overdue whether a call has waited so long that more important services have to give way too
         */
        void makeRoom(ServiceDefinition forWhom, List<Shortage> shortages, boolean overdue);
    }

    private record Waiting(Applicant applicant, long order, Timers.Cancellable timeout) {}

    /** One who waits, and all that there is too little of for it. */
    private record Short(Waiting entry, List<Shortage> shortages) {}

    /** One who waits, with what it waits for: that may change while a list is sorted, so that it is asked once. */
    private record Ranked(Demand.Kind kind, Waiting entry) {}

    /** Who may be awake now, and for whom room has to be made. */
    private record Turn(List<Applicant> admitted, List<Short> pressed) {}

    private static final Duration PRESS_INTERVAL = Duration.ofMillis(250);

    private final Timers timers;
    private final AtomicBoolean pressing = new AtomicBoolean();
    private final Controls controls;
    private final ReentrantLock lock = new ReentrantLock();
    private final Occupancy occupancy;
    private final List<Waiting> waiting = new ArrayList<>();
    private volatile Evictor evictor = (forWhom, shortages, overdue) -> {};
    private long order;

    Admission(ServiceBudget budget, Controls controls, Timers timers) {
        this.occupancy = new Occupancy(budget);
        this.controls = controls;
        this.timers = timers;
    }

    void evictor(Evictor value) {
        evictor = value;
    }

    /** Only this share of the memory and processor budget is given out from now on. */
    void reduceTo(double value) {
        lock.lock();
        try {
            occupancy.reduceTo(value);
        } finally {
            lock.unlock();
        }
        retry();
    }

    /**
     * Asks to be awake. What needs more than there is for everybody is refused at once.
     *
     * @return true if it is admitted at once; otherwise it hears of it later, one way or the other
     */
    boolean enter(Applicant applicant) {
        Map<String, String> impossible;
        lock.lock();
        try {
            if (occupancy.awake(applicant)) {
                return true;
            }
            impossible = occupancy.impossible(applicant.service());
            if (impossible.isEmpty()
                    && waiting.isEmpty()
                    && occupancy.shortages(applicant).isEmpty()) {
                occupancy.wakes(applicant);
                return true;
            }
            if (impossible.isEmpty()) {
                waiting.add(new Waiting(
                        applicant,
                        order++,
                        giveUpAfter(applicant, controls.sleep().wakeTimeout())));
            }
        } finally {
            lock.unlock();
        }
        if (!impossible.isEmpty()) {
            applicant.refused(new ServiceFailures(applicant.service().name())
                    .neverRoom(impossible.entrySet().stream()
                            .map(key -> "its " + key.getKey() + " is " + key.getValue())
                            .collect(Collectors.joining("; "))));
            return false;
        }
        pressOn();
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
            occupancy.wakes(applicant);
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
            changed = occupancy.leaves(applicant);
            changed |= waiting.removeIf(entry -> {
                boolean same = entry.applicant() == applicant;
                if (same) {
                    entry.timeout().cancel();
                }
                return same;
            });
            if (keepsMemory) {
                occupancy.sleeps(applicant);
            }
        } finally {
            lock.unlock();
        }
        if (changed) {
            pressOn();
        }
    }

    /** What this service will always be refused for: keys of its {@code resources}, and what is wrong and what to do. */
    Map<String, String> objections(ServiceDefinition service) {
        if (!service.sleepable()) {
            return Map.of();
        }
        return occupancy.impossible(service).entrySet().stream()
                .collect(Collectors.toMap(
                        key -> "resources." + key.getKey(),
                        key -> key.getValue()
                                + ", so that it would never be started. Lower it, or raise system_limits in"
                                + " resource-limits.yml"));
    }

    /** Why somebody who waits has not been admitted yet: all that it is short of, for people. */
    String reason(Applicant applicant) {
        lock.lock();
        try {
            List<Shortage> shortages = occupancy.shortages(applicant);
            return shortages.isEmpty()
                    ? "others that are more important wait too"
                    : shortages.stream().map(Shortage::reason).collect(Collectors.joining("; "));
        } finally {
            lock.unlock();
        }
    }

    /** Admits as many of those who wait as may. */
    void retry() {
        takeTurns();
    }

    /** The same, and has others put to sleep for those who do not fit, if that may help. */
    void pressOn() {
        takeTurns()
                .forEach(pressed -> evictor.makeRoom(
                        pressed.entry().applicant().service(), pressed.shortages(), overdue(pressed.entry())));
    }

    /** Once half of its time has passed, a call goes before the comfort of those that nobody calls. */
    private boolean overdue(Waiting entry) {
        long half = controls.sleep().wakeTimeout().toNanos() / 2;
        Demand demand = entry.applicant().demand();
        return demand != null && demand.kind() == Demand.Kind.CALL && timers.nanoTime() - demand.since() >= half;
    }

    private List<Short> takeTurns() {
        Turn turn;
        lock.lock();
        try {
            turn = turn();
        } finally {
            lock.unlock();
        }
        turn.admitted().forEach(Applicant::admitted);
        return turn.pressed();
    }

    /** What somebody is short of is given to nobody behind, and room is made by the first who is short of it. */
    private Turn turn() {
        List<Applicant> admitted = new ArrayList<>();
        List<Short> pressed = new ArrayList<>();
        List<Short> before = new ArrayList<>();
        for (Ranked ranked : inOrder()) {
            Waiting entry = ranked.entry();
            Applicant next = entry.applicant();
            List<Shortage> shortages = occupancy.shortages(next);
            boolean heldUp = before.stream().anyMatch(earlier -> competes(next, earlier));
            if (!shortages.isEmpty()) {
                before.add(new Short(entry, shortages));
                if (!heldUp && ranked.kind() != Demand.Kind.LISTENER) {
                    pressed.add(new Short(entry, shortages));
                }
            } else if (!heldUp) {
                waiting.remove(entry);
                entry.timeout().cancel();
                occupancy.wakes(next);
                admitted.add(next);
            }
        }
        return new Turn(admitted, pressed);
    }

    private boolean competes(Applicant next, Short earlier) {
        return earlier.shortages().stream()
                .anyMatch(shortage -> occupancy.competes(next, earlier.entry().applicant(), shortage.of()));
    }

    /** Found each time, because a call may have come for one that nobody had called for. */
    private List<Ranked> inOrder() {
        return waiting.stream()
                .map(entry -> new Ranked(kind(entry.applicant().demand()), entry))
                .sorted(Comparator.comparing(Ranked::kind)
                        .thenComparing(
                                ranked -> ranked.entry().applicant().service().priority())
                        .thenComparingLong(ranked -> ranked.entry().order()))
                .toList();
    }

    /** What nobody wants any more displaces nobody. */
    private static Demand.Kind kind(@Nullable Demand demand) {
        return demand == null ? Demand.Kind.LISTENER : demand.kind();
    }

    private Timers.Cancellable giveUpAfter(Applicant applicant, Duration time) {
        return timers.schedule(time, () -> giveUp(applicant));
    }

    /** Unless somebody wants it who has come later and has time left. */
    private boolean waitsOn(Applicant applicant) {
        Demand demand = applicant.demand();
        long left = demand == null ? 0 : demand.until() - timers.nanoTime();
        if (left <= 0) {
            return false;
        }
        waiting.replaceAll(entry -> entry.applicant() == applicant
                ? new Waiting(applicant, entry.order(), giveUpAfter(applicant, Duration.ofNanos(left)))
                : entry);
        return true;
    }

    private void giveUp(Applicant applicant) {
        String reason = reason(applicant);
        boolean waited;
        lock.lock();
        try {
            waited = !waitsOn(applicant) && waiting.removeIf(entry -> entry.applicant() == applicant);
        } finally {
            lock.unlock();
        }
        if (waited) {
            applicant.refused(new ServiceFailures(applicant.service().name())
                    .noRoom(controls.sleep().wakeTimeout(), reason));
            retry();
        }
    }
}
