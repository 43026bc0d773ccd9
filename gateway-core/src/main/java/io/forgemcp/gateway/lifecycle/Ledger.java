package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.metrics.GatewayMetrics;
import io.forgemcp.gateway.metrics.Metric;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The book that is kept of one service: its state, the last transitions, and how long it was awake and asleep. Written
 * by the service's mailbox, read by anybody as a {@link Page}.
 */
final class Ledger {
    /**
     * What the book says at one moment.
     *
     * @param since when the state was entered, on {@link Timers#nanoTime}
     * @param sleepingSince when the sleep under way began; null if there is none
     * @param sleptNanos all sleeps that are over
     * @param awakeNanos all times of running that are over
     */
    record Page(
            ServiceState state,
            Instant changed,
            long since,
            long transitions,
            long wakes,
            @Nullable Duration lastWake,
            @Nullable Long sleepingSince,
            long sleptNanos,
            long awakeNanos,
            List<StateTransition> history) {}

    private final ServiceDefinition service;
    private final Timers timers;
    private final int limit;
    private final Deque<StateTransition> history = new ArrayDeque<>();
    private @Nullable Long wakingSince;
    private @Nullable Long sleepEnded;
    private @Nullable Duration wakeEnded;
    private volatile Page page;

    Ledger(ServiceDefinition service, Timers timers, int limit) {
        this.service = service;
        this.timers = timers;
        this.limit = limit;
        this.page = new Page(ServiceState.STOPPED, timers.now(), timers.nanoTime(), 0, 0, null, null, 0, 0, List.of());
    }

    Page page() {
        return page;
    }

    /** @param asleep whether the new state is a sleep, though it may be called stopped */
    StateTransition enter(ServiceState to, String reason, boolean asleep) {
        Page old = page;
        long now = timers.nanoTime();
        Duration stay = Duration.ofNanos(now - old.since());
        StateTransition transition = new StateTransition(timers.now(), old.state(), to, stay, reason);
        history.addLast(transition);
        if (history.size() > limit) {
            history.removeFirst();
        }

        Long sleepingSince = old.sleepingSince();
        long slept = old.sleptNanos();
        sleepEnded = null;
        wakeEnded = null;
        if (sleepingSince != null) {
            long duration = now - sleepingSince;
            slept += duration;
            sleepEnded = duration;
            wakingSince = to == ServiceState.WAKING || to == ServiceState.STARTING ? (Long) now : null;
        }
        sleepingSince = asleep && to != ServiceState.STOPPING ? (Long) now : null;

        long wakes = old.wakes();
        Duration lastWake = old.lastWake();
        if (to == ServiceState.RUNNING && wakingSince != null) {
            lastWake = Duration.ofNanos(now - wakingSince);
            wakes++;
            wakeEnded = lastWake;
            wakingSince = null;
        }
        long awake = old.awakeNanos() + (old.state() == ServiceState.RUNNING ? stay.toNanos() : 0);
        page = new Page(
                to,
                transition.at(),
                now,
                old.transitions() + 1,
                wakes,
                lastWake,
                sleepingSince,
                slept,
                awake,
                List.copyOf(history));
        return transition;
    }

    /** Remembers something that happened without a change of state. */
    StateTransition note(String what) {
        Page old = page;
        StateTransition note = new StateTransition(
                timers.now(), old.state(), old.state(), Duration.ofNanos(timers.nanoTime() - old.since()), what);
        history.addLast(note);
        if (history.size() > limit) {
            history.removeFirst();
        }
        page = new Page(
                old.state(),
                old.changed(),
                old.since(),
                old.transitions(),
                old.wakes(),
                old.lastWake(),
                old.sleepingSince(),
                old.sleptNanos(),
                old.awakeNanos(),
                List.copyOf(history));
        return note;
    }

    /** Reports the transition entered last. */
    void measure(GatewayMetrics metrics) {
        StateTransition last = history.getLast();
        String name = service.name().value();
        metrics.counter(Metric.STATE_TRANSITIONS, last.from().label(), last.to().label(), name)
                .increment();
        Long slept = sleepEnded;
        if (slept != null) {
            metrics.distribution(Metric.SLEEP_DURATION, name).observe(slept / 1e9);
        }
        Duration woken = wakeEnded;
        if (woken != null) {
            metrics.distribution(Metric.WAKE_TIME, name, label(service.priority()))
                    .observe(woken.toNanos() / 1e9);
        }
    }

    Duration totalSleep() {
        Page current = page;
        Long since = current.sleepingSince();
        return Duration.ofNanos(current.sleptNanos() + (since == null ? 0 : timers.nanoTime() - since));
    }

    Duration totalAwake() {
        Page current = page;
        return Duration.ofNanos(current.awakeNanos()
                + (current.state() == ServiceState.RUNNING ? timers.nanoTime() - current.since() : 0));
    }

    /** Since the last start or wake; null unless it runs. */
    @Nullable
    Duration uptime() {
        Page current = page;
        return current.state() == ServiceState.RUNNING ? Duration.ofNanos(timers.nanoTime() - current.since()) : null;
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(java.util.Locale.ROOT);
    }
}
