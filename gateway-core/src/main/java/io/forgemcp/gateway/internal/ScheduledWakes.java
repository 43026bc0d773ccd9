package io.forgemcp.gateway.internal;

import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.service.ServiceDefinition;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WakeSchedule;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has services awake at the times of their schedules: begins so much earlier as their own wakes or starts take, one after
 * another where several are due together. A wake that fails is tried again, less and less often, for as long as the service
 * was to be awake.
 *
 * <p>The wall clock may jump. Times that it jumped over are made up for once if they are not long past, otherwise left out
 * with a line in the log; a clock that is set back a little repeats none, one that is set back far begins anew. Times from
 * before a service was known are not made up for. Thread-safe; the lock guards a few moments only.
 */
final class ScheduledWakes {
    /** How long past a time may be to be made up for, and how far back a clock may go without repeating any. */
    static final Duration CATCH_UP = Duration.ofMinutes(15);
    /** A jump of the clock, and a service that has just been registered, are noticed within this time. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(ScheduledWakes.class);
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(10);
    /** For what a wake needs beyond what is measured: its turn in the queue, a busy moment. */
    private static final Duration MARGIN = Duration.ofSeconds(1);
    /** For a service whose starts have never been measured. */
    private static final Duration UNKNOWN = Duration.ofSeconds(10);

    private static final Duration MOST = Duration.ofMinutes(5);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(2);
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);

    private final ServiceManager services;
    private final PreWarmer warmer;
    private final Timers timers;
    private final ReentrantLock lock = new ReentrantLock();
    /** Up to which moment the times of a service have been dealt with. Guarded by the lock, as the rest. */
    private final Map<ServiceName, Instant> done = new HashMap<>();

    private @Nullable Instant lastLook;
    private Duration wait = LONGEST_WAIT;

    ScheduledWakes(ServiceManager services, PreWarmer warmer, Timers timers) {
        this.services = services;
        this.warmer = warmer;
        this.timers = timers;
    }

    /** A service, the next time of its schedule, and how long it takes to be there. */
    private record Coming(ServiceDefinition service, Instant at, Duration lead) {}

    /** How long until it has to be looked again. */
    Duration untilNextLook() {
        lock.lock();
        try {
            return wait;
        } finally {
            lock.unlock();
        }
    }

    /** Wakes whatever it is time for. */
    void look() {
        Instant now = timers.now();
        List<Coming> due = new ArrayList<>();
        lock.lock();
        try {
            if (lastLook != null && now.isBefore(lastLook.minus(CATCH_UP))) {
                LOG.info("event=clock_set_back from={} to={} effect=\"schedules begin anew\"", lastLook, now);
                done.clear();
            }
            lastLook = now;
            wait = LONGEST_WAIT;
            // From the last to the first, as if one were woken after another: each has to be there before the next
            // begins.
            Instant begin = Instant.MAX;
            for (Coming next : coming(now)) {
                begin = (next.at().isBefore(begin) ? next.at() : begin).minus(next.lead());
                if (begin.isAfter(now)) {
                    Duration until = Duration.between(now, begin);
                    wait = until.compareTo(wait) < 0 ? until : wait;
                } else {
                    done.put(next.service().name(), next.at());
                    due.add(0, next);
                }
            }
            wait = wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait;
        } finally {
            lock.unlock();
        }
        due.forEach(each -> wake(each, FIRST_RETRY));
    }

    /** @param retry how long afterwards it is tried again if it fails */
    private void wake(Coming each, Duration retry) {
        ServiceName name = each.service().name();
        Duration left = left(each);
        warmer.scheduled(name, left).thenAccept(again -> {
            if (again && left(each).compareTo(retry) > 0) {
                Duration next = retry.multipliedBy(2);
                timers.schedule(retry, () -> again(each, next.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : next));
            }
        });
    }

    /** Another definition of the service has begun a schedule of its own. */
    private void again(Coming each, Duration retry) {
        if (services.definition(each.service().name())
                .filter(each.service()::equals)
                .isPresent()) {
            wake(each, retry);
        }
    }

    /** How long from now on it is to be awake. */
    private Duration left(Coming each) {
        WakeSchedule schedule = each.service().wakeSchedule();
        Duration stay =
                schedule.stayAwake() == null ? each.service().sleepPolicy().idleTimeout() : schedule.stayAwake();
        Duration left = Duration.between(timers.now(), each.at().plus(stay));
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** The next time of every service that has one, latest first. */
    private List<Coming> coming(Instant now) {
        List<Coming> coming = new ArrayList<>();
        Set<ServiceName> scheduled = new HashSet<>();
        for (ServiceDefinition service : services.definitions()) {
            WakeSchedule schedule = service.wakeSchedule();
            if (!schedule.isEmpty()) {
                scheduled.add(service.name());
                next(service, schedule, now).ifPresent(at -> coming.add(new Coming(service, at, lead(service.name()))));
            }
        }
        done.keySet().retainAll(scheduled);
        coming.sort(Comparator.comparing(Coming::at)
                .thenComparing(each -> each.service().priority())
                .thenComparing(each -> each.service().name())
                .reversed());
        return coming;
    }

    /** The next time that is not dealt with; of several that have passed already only the last. */
    private Optional<Instant> next(ServiceDefinition service, WakeSchedule schedule, Instant now) {
        Instant from = done.computeIfAbsent(service.name(), unknown -> now);
        Instant oldest = now.minus(CATCH_UP);
        if (from.isBefore(oldest)) {
            schedule.next(from)
                    .filter(missed -> missed.isBefore(oldest))
                    .ifPresent(missed -> LOG.warn(
                            "event=scheduled_wake_missed service={} at={} reason=\"the clock went on by more than {}"
                                    + " minutes\"",
                            service.name(),
                            missed,
                            CATCH_UP.toMinutes()));
            from = oldest;
            done.put(service.name(), oldest);
        }
        @Nullable Instant at = schedule.next(from).orElse(null);
        for (Instant later = at;
                later != null && !later.isAfter(now);
                later = schedule.next(later).orElse(null)) {
            at = later;
        }
        return Optional.ofNullable(at);
    }

    private Duration lead(ServiceName name) {
        Duration lead =
                services.wakeLead(name).map(measured -> measured.plus(MARGIN)).orElse(UNKNOWN);
        return lead.compareTo(MOST) > 0 ? MOST : lead;
    }
}
