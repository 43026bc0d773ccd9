package io.forgemcp.gateway.service;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a service is to be awake without having been called.
 *
 * @param times empty for never
 * @param zone whose clocks are meant
 * @param stayAwake how long it is awake from such a time on at least, unless somebody or scarce resources put it to sleep;
 *     null for its idle timeout
 */
public record WakeSchedule(
        List<WakeTime> times, ZoneId zone, @Nullable Duration stayAwake) {
    /** No times. */
    public static final WakeSchedule NONE = new WakeSchedule(List.of(), ZoneOffset.UTC, null);

    /** A week, and a day for zones that have skipped one. */
    private static final int DAYS_AHEAD = 8;

    public WakeSchedule {
        times = List.copyOf(times);
    }

    public boolean isEmpty() {
        return times.isEmpty();
    }

    /** The first time after this moment; empty if there are no times. */
    public Optional<Instant> next(Instant after) {
        LocalDate today = after.atZone(zone).toLocalDate();
        Instant next = null;
        for (int day = -1; day <= DAYS_AHEAD; day++) {
            LocalDate date = today.plusDays(day);
            for (WakeTime time : times) {
                if (time.days().contains(date.getDayOfWeek())) {
                    Instant moment = time.on(date, zone);
                    if (moment.isAfter(after) && (next == null || moment.isBefore(next))) {
                        next = moment;
                    }
                }
            }
            if (next != null && day > 0 && next.isBefore(date.atStartOfDay(zone).toInstant())) {
                break;
            }
        }
        return Optional.ofNullable(next);
    }
}
