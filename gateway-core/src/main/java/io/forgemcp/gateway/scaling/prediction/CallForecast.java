package io.forgemcp.gateway.scaling.prediction;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Learns when one service is called, and says how likely the next call is. Every few minutes it {@link #look looks}: will a call
 * come within the horizon? When the horizon has passed the answer is known and counted three times: over all, for the time
 * since the last call, and for this hour of the week, apart for services in use and idle ones: how a Monday at nine begins is
 * another question than how it goes on. A forecast falls back from the last to the first as far as little has been seen, and
 * is then corrected by how such forecasts came out. The state has a fixed size, about 8 KB as JSON. Not thread-safe.
 */
public final class CallForecast {
    /** How far ahead a forecast goes. */
    public static final Duration HORIZON = Duration.ofMinutes(10);
    /** How often to look. */
    public static final Duration STEP = Duration.ofMinutes(5);

    static final int HOURS = 7 * 24;
    static final Duration[] RECENCY = {
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(15),
        Duration.ofHours(1),
        Duration.ofHours(4),
        Duration.ofHours(24)
    };
    /** Twelve looks a week: after a week a hour has lost a seventh of its weight. */
    private static final double HOUR_DECAY = 0.987;
    /** 288 looks a day: after a week a seventh of the weight is left. */
    private static final double DECAY = 0.999;
    /** So many looks at what is known in general stand in for what has not been seen in particular. */
    private static final double PRIOR = 3;

    /** Called more recently than this, a service counts as in use: the third border of {@link #RECENCY}. */
    private static final int IN_USE = 3;

    /** Less than two hours of looks say nothing. */
    private static final double ENOUGH = 24;

    private final ZoneId zone;
    private final Rate base = new Rate(DECAY);
    /** The hours of the week of an idle service, then those of one in use. */
    private final Rate[] hours = rates(2 * HOURS, HOUR_DECAY);
    /** One more than there are borders, and the last for no call at all. */
    private final Rate[] recency = rates(RECENCY.length + 2, DECAY);

    private final Calibration calibration = new Calibration();
    private final Deque<Look> open = new ArrayDeque<>();
    private @Nullable Instant lastCall;

    /** A question whose answer is not known yet. */
    private static final class Look {
        private final Instant at;
        private final int hour;
        private final int since;
        private final @Nullable Double raw;
        private final double said;
        private final double base;
        private boolean came;

        private Look(Instant at, int hour, int since, @Nullable Double raw, double said, double base) {
            this.at = at;
            this.hour = hour;
            this.since = since;
            this.raw = raw;
            this.said = said;
            this.base = base;
        }
    }

    /** @param zone in which people keep their hours */
    public CallForecast(ZoneId zone) {
        this.zone = zone;
    }

    /** A call came at this time; earlier calls may be told later, but not by more than a step. */
    public void called(Instant at) {
        if (lastCall == null || at.isAfter(lastCall) || lastCall.isAfter(at.plus(STEP))) {
            lastCall = at;
        }
        for (Look look : open) {
            if (!at.isBefore(look.at) && at.isBefore(look.at.plus(HORIZON))) {
                look.came = true;
            }
        }
    }

    /** Counts the answers that are known by now and asks anew. To be called once a {@link #STEP}. */
    public void look(Instant now) {
        lastCall = lastCall(now);
        // A clock that was set back would leave questions open for ever; one that jumped ahead answers them all with
        // no.
        open.removeIf(
                look -> look.at.isAfter(now) || Duration.between(look.at, now).compareTo(HORIZON.multipliedBy(3)) > 0);
        while (!open.isEmpty() && !open.getFirst().at.plus(HORIZON).isAfter(now)) {
            settle(open.removeFirst());
        }
        int since = since(now);
        int hour = slot(hour(now), since);
        Double raw = raw(hour, since);
        open.addLast(
                new Look(now, hour, since, raw, raw == null ? 0 : calibration.corrected(raw), base.value(0, 0.001)));
    }

    private void settle(Look look) {
        if (look.raw != null) {
            calibration.add(look.raw, look.said, look.base, look.came);
        }
        base.add(look.came);
        hours[look.hour].add(look.came);
        recency[look.since].add(look.came);
    }

    /** What is to be expected now. */
    public Forecast forecast(Instant now) {
        int hour = hour(now);
        int since = since(now);
        Instant last = lastCall(now);
        Rate ofHour = hours[slot(hour, since)];
        Double raw = raw(slot(hour, since), since);
        return new Forecast(
                raw == null ? null : (Double) calibration.corrected(raw),
                HORIZON,
                DayOfWeek.of(hour / 24 + 1),
                hour % 24,
                since < IN_USE,
                ofHour.trials(),
                ofHour.hits(),
                last == null ? null : Duration.between(last, now),
                recency[since].trials(),
                recency[since].hits(),
                base.trials() == 0 ? null : (Double) (base.hits() / base.trials()));
    }

    /** How good the forecasts were. */
    public CalibrationReport calibration() {
        return calibration.report();
    }

    private @Nullable Double raw(int slot, int since) {
        if (base.trials() < ENOUGH) {
            return null;
        }
        double overall = base.value(0.5, 1);
        double ofRecency = recency[since].value(overall, PRIOR);
        return hours[slot].value(ofRecency, PRIOR);
    }

    private static int slot(int hour, int since) {
        return since < IN_USE ? HOURS + hour : hour;
    }

    private int hour(Instant at) {
        ZonedDateTime local = at.atZone(zone);
        return (local.getDayOfWeek().getValue() - 1) * 24 + local.getHour();
    }

    private int since(Instant now) {
        Instant last = lastCall(now);
        if (last == null) {
            return RECENCY.length + 1;
        }
        Duration ago = Duration.between(last, now);
        int bucket = 0;
        while (bucket < RECENCY.length && ago.compareTo(RECENCY[bucket]) >= 0) {
            bucket++;
        }
        return bucket;
    }

    /** A time ahead of now is of a clock that was ahead: nobody knows when that call came. By a little it is now. */
    private @Nullable Instant lastCall(Instant now) {
        Instant last = lastCall;
        if (last == null || !last.isAfter(now)) {
            return last;
        }
        return last.isAfter(now.plus(STEP)) ? null : now;
    }

    private static Rate[] rates(int number, double decay) {
        Rate[] rates = new Rate[number];
        for (int i = 0; i < number; i++) {
            rates[i] = new Rate(decay);
        }
        return rates;
    }

    /** What has been learnt, to go on from after a restart. Questions that are open are left out. */
    public Memory memory() {
        return new Memory(lastCall, flat(base), flat(hours), flat(recency), calibration.state());
    }

    /** Goes on from what was learnt before; parts that do not fit are left out. */
    public void restore(Memory memory) {
        lastCall = memory.lastCall();
        restore(memory.base(), base);
        restore(memory.hours(), hours);
        restore(memory.recency(), recency);
        calibration.restore(memory.calibration());
    }

    private static double[] flat(Rate... rates) {
        double[] flat = new double[2 * rates.length];
        for (int i = 0; i < rates.length; i++) {
            flat[2 * i] = rates[i].trials();
            flat[2 * i + 1] = rates[i].hits();
        }
        return flat;
    }

    private static void restore(double[] flat, Rate... rates) {
        if (flat.length == 2 * rates.length) {
            for (int i = 0; i < rates.length; i++) {
                rates[i].restore(flat[2 * i], flat[2 * i + 1]);
            }
        }
    }

    /**
     * What has been learnt, as numbers: trials and hits in turn.
     *
     * @param lastCall null if there was none
     */
    @SuppressWarnings("ArrayRecordComponent") // It is written and read at once, never compared.
    public record Memory(
            @Nullable Instant lastCall, double[] base, double[] hours, double[] recency, double[] calibration) {}
}
