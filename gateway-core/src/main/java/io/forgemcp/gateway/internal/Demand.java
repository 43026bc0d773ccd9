package io.forgemcp.gateway.internal;

import io.forgemcp.gateway.endpoint.CallTally;
import io.forgemcp.gateway.lifecycle.ServiceManager;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.scaling.prediction.CalibrationReport;
import io.forgemcp.gateway.scaling.prediction.CallForecast;
import io.forgemcp.gateway.scaling.prediction.Forecast;
import io.forgemcp.gateway.scaling.prediction.ServicePrediction;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.time.Timers;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * When services are called, and when they will be. Learns from the tallies of real calls, wakes what is likely to be called
 * soon if it may, and keeps what it has learnt in the store. Thread-safe; the lock guards numbers only.
 */
public final class Demand {
    /** From here a call within the horizon counts as likely. */
    public static final double LIKELY = 0.6;
    /** What was seen less often in this hour of the week wakes nobody by itself. */
    private static final double SEEN_ENOUGH = 4;

    private final ServiceManager services;
    private final Supplier<Map<ServiceName, CallTally>> tallies;
    private final PreWarmer warmer;
    private final StoredForecasts store;
    private final Timers timers;
    private final ZoneId zone;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<ServiceName, Known> known = new HashMap<>();
    private volatile boolean waking;

    /** What is known of one service. Guarded by the lock. */
    private static final class Known {
        private final CallForecast forecast;
        private long calls;
        private boolean changed;
        private Instant warmed = Instant.MIN;

        private Known(CallForecast forecast) {
            this.forecast = forecast;
        }
    }

    /**
     * @param tallies of the calls of every service that was called
     * @param waking whether likely calls wake services without being asked to
     */
    public Demand(
            ServiceManager services,
            Supplier<Map<ServiceName, CallTally>> tallies,
            PreWarmer warmer,
            StoredForecasts store,
            Timers timers,
            ZoneId zone,
            boolean waking) {
        this.services = services;
        this.tallies = tallies;
        this.warmer = warmer;
        this.store = store;
        this.timers = timers;
        this.zone = zone;
        this.waking = waking;
    }

    /** Whether likely calls wake services without being asked to; holds from now on. */
    public void waking(boolean value) {
        waking = value;
    }

    public boolean waking() {
        return waking;
    }

    /** Notes which services were called since the last time. */
    public void count() {
        Instant now = timers.now();
        Map<ServiceName, CallTally> all = tallies.get();
        lock.lock();
        try {
            all.forEach((service, tally) -> {
                CallTally.Reading reading = tally.read();
                Known of = known(service);
                Long started = reading.lastStarted();
                if (reading.calls() > of.calls && started != null) {
                    of.calls = reading.calls();
                    of.changed = true;
                    // A call that took longer than the time since the last count began before it.
                    of.forecast.called(now.minusNanos(Math.max(0, System.nanoTime() - started)));
                }
            });
        } finally {
            lock.unlock();
        }
    }

    /** Asks the question anew for every service, and wakes what is likely to be called if that is allowed. */
    public void look() {
        count();
        Instant now = timers.now();
        List<ServiceStatus> statuses = services.statuses();
        lock.lock();
        try {
            known.keySet().removeIf(name -> services.definition(name).isEmpty());
            for (ServiceStatus status : statuses) {
                Known of = known(status.name());
                of.forecast.look(now);
                of.changed = true;
            }
        } finally {
            lock.unlock();
        }
        if (waking) {
            apply(LIKELY, true);
        }
    }

    /** What is to be expected of every service. Changes nothing. */
    public List<ServicePrediction> predictions() {
        return apply(2, false);
    }

    /**
     * Wakes every service that sleeps and is likely enough to be called.
     *
     * @param threshold from 0 to 1
     * @param sparing whether to leave alone what was woken for this reason within the horizon, and what rests on
     *     too little
     */
    public List<ServicePrediction> apply(double threshold, boolean sparing) {
        Instant now = timers.now();
        List<ServicePrediction> predictions = new ArrayList<>();
        for (ServiceStatus status : services.statuses()) {
            Forecast forecast;
            CalibrationReport calibration;
            Instant warmed;
            lock.lock();
            try {
                Known of = known(status.name());
                forecast = of.forecast.forecast(now);
                calibration = of.forecast.calibration();
                warmed = of.warmed;
            } finally {
                lock.unlock();
            }
            boolean wake = forecast.probability() != null
                    && forecast.probability() >= threshold
                    && !(sparing
                            && (forecast.hourTrials() < SEEN_ENOUGH
                                    // One ahead of now was noted by a clock that was ahead.
                                    || (!warmed.isAfter(now)
                                            && warmed.plus(CallForecast.HORIZON).isAfter(now))));
            boolean woken = wake && warmer.warm(status.name(), "prediction");
            if (woken) {
                warmed(status.name(), now);
            }
            predictions.add(new ServicePrediction(
                    status.name(), forecast, calibration, status.nextScheduledWake(), status.asleep(), woken));
        }
        return predictions;
    }

    private void warmed(ServiceName name, Instant now) {
        lock.lock();
        try {
            known(name).warmed = now;
        } finally {
            lock.unlock();
        }
    }

    /** Writes down what was learnt since the last time. Blocks. */
    public void save() {
        Map<ServiceName, CallForecast.Memory> changed = new TreeMap<>();
        lock.lock();
        try {
            known.forEach((name, of) -> {
                CallForecast.Memory memory = of.forecast.memory();
                if (of.changed && memory.lastCall() != null) {
                    of.changed = false;
                    changed.put(name, memory);
                }
            });
        } finally {
            lock.unlock();
        }
        changed.forEach(store::save);
    }

    /** Takes up what an earlier process had learnt. Blocks. */
    public void restore() {
        Map<ServiceName, CallForecast.Memory> earlier = store.load();
        lock.lock();
        try {
            earlier.forEach((name, memory) -> known(name).forecast.restore(memory));
        } finally {
            lock.unlock();
        }
    }

    private Known known(ServiceName name) {
        return known.computeIfAbsent(name, each -> new Known(new CallForecast(zone)));
    }

    /** How often to count calls, to tell minutes apart. */
    public static Duration countInterval() {
        return Duration.ofSeconds(20);
    }
}
