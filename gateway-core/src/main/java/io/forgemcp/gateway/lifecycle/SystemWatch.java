package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the machine and all services together: puts services to sleep when memory or processors become scarce, stops the
 * longest asleep when too many sleep, and acts in an emergency. It only ever adds sleep; no pressure keeps anybody awake.
 * One turn at a time, on the executor for measurements.
 */
final class SystemWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SystemWatch.class);
    /** In an emergency nobody wants to wait for the next ordinary measurement. */
    private static final Duration EMERGENCY_INTERVAL = Duration.ofSeconds(10);

    private final LifecycleScope scope;
    private final Residents residents;
    private final SystemLoad load;
    private final Emergency emergency;
    private final PressureGauge gauge = new PressureGauge();
    private final Supplier<@Nullable Double> failureRate;
    private final boolean emergencies;
    private volatile boolean closed;
    private volatile PressureLevel level = PressureLevel.NONE;
    private volatile Timers.Cancellable measuring = () -> {};
    private volatile Timers.Cancellable sweeping = () -> {};
    private long lastPressureTurn;

    /** @param failureRate share of the calls since it was last asked that failed; null if there were too few to say */
    SystemWatch(
            LifecycleScope scope,
            Residents residents,
            SystemLoad load,
            EmergencySettings settings,
            Supplier<@Nullable Double> failureRate) {
        this.scope = scope;
        this.residents = residents;
        this.load = load;
        this.emergency = new Emergency(settings, scope, residents);
        this.emergencies = !settings.actions().isEmpty();
        this.failureRate = failureRate;
    }

    void start() {
        lastPressureTurn = scope.timers().nanoTime();
        nextMeasurement();
        nextSweep();
    }

    /** Any thread. */
    PressureLevel level() {
        return level;
    }

    private void nextMeasurement() {
        Duration ordinary = scope.controls().sleep().monitoring().interval();
        Duration wait = emergencies && ordinary.compareTo(EMERGENCY_INTERVAL) > 0 ? EMERGENCY_INTERVAL : ordinary;
        measuring = scope.timers().schedule(wait, () -> turn(this::measure, this::nextMeasurement));
    }

    private void nextSweep() {
        sweeping = scope.timers()
                .schedule(scope.controls().sleep().checkInterval(), () -> turn(this::sweep, this::nextSweep));
    }

    private void turn(Runnable task, Runnable next) {
        scope.measuring().execute(() -> {
            if (closed) {
                return;
            }
            try {
                task.run();
            } catch (RuntimeException failure) {
                LOG.warn("event=system_watch_failed", failure);
            }
            next.run();
        });
    }

    private void measure() {
        SystemLoad.Reading reading = load.read();
        emergency.update(reading, emergencies ? failureRate.get() : null);
        SleepSettings settings = scope.controls().sleep();
        long now = scope.timers().nanoTime();
        if (now - lastPressureTurn < settings.monitoring().interval().toNanos()) {
            return;
        }
        lastPressureTurn = now;
        PressureLevel before = level;
        level = gauge.update(settings, reading.memory(), reading.cpu(), servicesUse(settings));
        if (level != before) {
            LOG.info(
                    "event=memory_pressure from={} to={} memory={} cpu={}",
                    before,
                    level,
                    reading.memory(),
                    reading.cpu());
            scope.events()
                    .publish(new PressureChanged(scope.timers().now(), before, level, reading.memory(), reading.cpu()));
        }
        relieve(settings);
    }

    /** What all services use, whether anybody uses them or not, as a share of what they should use at most. */
    private @Nullable Double servicesUse(SleepSettings settings) {
        Long threshold = settings.memoryThresholdBytes();
        if (threshold == null) {
            return null;
        }
        long used = residents.all().stream().mapToLong(SystemWatch::memory).sum();
        return used / (double) Math.max(1, threshold);
    }

    private static long memory(Residents.Resident resident) {
        LiveInstance live = resident.slot().here().view().live();
        return live == null ? 0 : live.meter().lastTrueMemory();
    }

    private void relieve(SleepSettings settings) {
        // Without sleep on their own services are not put to sleep by pressure either.
        if (level == PressureLevel.NONE || !settings.enabled()) {
            return;
        }
        String reason = "memory or processors are scarce";
        residents.asleep(any -> true).forEach(resident -> residents.sleep(resident, Force.NO, false, reason));
        if (level == PressureLevel.LOW) {
            return;
        }
        List<Residents.Resident> idle = residents.idle(resident -> mayBePressed(resident)
                && residents.rested(resident)
                && (level == PressureLevel.HIGH || (resident.priority() == Priority.LOW && quiet(resident, settings))));
        if (!idle.isEmpty()) {
            // All of the least important class, least recently used first; the next class if that did not help.
            Priority least = idle.get(0).priority();
            idle.stream()
                    .filter(resident -> resident.priority() == least)
                    .forEach(resident -> residents.sleep(resident, Force.NO, false, reason));
        } else if (level == PressureLevel.HIGH) {
            residents
                    .asleep(resident ->
                            mayBePressed(resident) && resident.owner().slots().rebuildable(resident.slot()))
                    .stream()
                    .findFirst()
                    .ifPresent(resident -> residents.stop(resident, reason));
        }
    }

    private static boolean mayBePressed(Residents.Resident resident) {
        return resident.priority() != Priority.CRITICAL && resident.sleepsOnItsOwn();
    }

    /** Whether it does nothing by itself either. */
    private static boolean quiet(Residents.Resident resident, SleepSettings settings) {
        LiveInstance live = resident.slot().here().view().live();
        Double percent = live == null ? null : live.meter().read().cpuPercent();
        return percent == null || percent / 100 <= settings.pressure().idleCpu();
    }

    private void sweep() {
        int most = scope.controls().sleep().maxSleeping();
        List<Residents.Resident> asleep = residents.asleep(any -> true).stream()
                .sorted(Comparator.comparingLong(Residents.Resident::at))
                .toList();
        asleep.stream()
                .filter(resident -> resident.owner().slots().rebuildable(resident.slot()))
                .limit(Math.max(0, asleep.size() - (long) most))
                .forEach(resident -> residents.stop(resident, "longest asleep, and max_sleeping_services is " + most));
        scope.admission().pressOn();
    }

    @Override
    public void close() {
        closed = true;
        measuring.cancel();
        sweeping.cancel();
    }
}
