package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.read.Reading;
import io.forgemcp.gateway.config.read.Suggestion;
import io.forgemcp.gateway.config.schema.ScalingFile;
import io.forgemcp.gateway.config.schema.ServiceEntry;
import io.forgemcp.gateway.config.schema.ServicesFile;
import io.forgemcp.gateway.service.WakeSchedule;
import io.forgemcp.gateway.service.WakeTime;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The times at which a service is awake without having been called, as its entry gives them. */
final class WakeScheduleReader {
    /** More than anybody writes by hand; a status looks at all of them. */
    private static final int MOST = 50;

    private final Reading reading;

    WakeScheduleReader(Reading reading) {
        this.reading = reading;
    }

    /** @param sleeps whether the service ever sleeps on its own */
    WakeSchedule read(String service, ServiceEntry entry, boolean sleeps, ScalingFile.Policy scaling) {
        ServiceEntry.Sleep own = entry.sleepPolicy();
        String prefix = "services." + service + ".sleep_policy.";
        if (own.wakeSchedule().isEmpty()) {
            if (own.timeZone() != null) {
                report(Finding.Severity.INFO, prefix + "time_zone", "It has no effect without wake_schedule.");
            }
            if (own.stayAwake() != null) {
                report(Finding.Severity.INFO, prefix + "stay_awake", "It has no effect without wake_schedule.");
            }
            return WakeSchedule.NONE;
        }
        String key = prefix + "wake_schedule";
        String idle = withoutEffect(entry, sleeps, scaling);
        if (idle != null) {
            report(Finding.Severity.WARNING, key, "It has no effect: " + idle);
        }
        List<WakeTime> times = times(key, own.wakeSchedule());
        ZoneId zone = zone(prefix + "time_zone", own.timeZone());
        if (own.timeZone() == null && idle == null) {
            report(
                    Finding.Severity.INFO,
                    key,
                    "Its times are in the time zone of this system, " + zone + ". Add time_zone to name another.");
        }
        return new WakeSchedule(times, zone, own.stayAwake());
    }

    private static @Nullable String withoutEffect(ServiceEntry entry, boolean sleeps, ScalingFile.Policy scaling) {
        if (entry.url() != null || entry.runtime() == ServiceEntry.Runtime.REMOTE) {
            return "a service that runs elsewhere is never asleep.";
        }
        if (!sleeps) {
            return "sleep_policy.enabled is false, so that the service never falls asleep. With auto_start it runs from"
                    + " the beginning.";
        }
        return scaling.minInstances() > 0
                ? "its scaling policy keeps at least " + scaling.minInstances() + " running."
                : null;
    }

    private List<WakeTime> times(String key, List<WakeTime> written) {
        if (written.size() > MOST) {
            report(Finding.Severity.ERROR, key, "There are " + written.size() + " times. Write at most " + MOST + ".");
            return List.of();
        }
        Set<WakeTime> times = new LinkedHashSet<>();
        for (WakeTime time : written) {
            if (!times.add(time)) {
                report(Finding.Severity.INFO, key, time + " stands there more than once. Remove the others.");
            }
        }
        return List.copyOf(times);
    }

    private ZoneId zone(String key, @Nullable String written) {
        if (written == null) {
            return ZoneId.systemDefault();
        }
        String name = written.strip();
        if (ZoneId.getAvailableZoneIds().contains(name) || name.matches("[+-]\\d{2}:\\d{2}")) {
            try {
                return ZoneId.of(name);
            } catch (java.time.DateTimeException outOfRange) {
                // Reported below, as every other name that is none.
            }
        }
        report(
                Finding.Severity.ERROR,
                key,
                "\"" + written + "\" is not a time zone. Write for example Europe/Berlin, UTC or +02:00."
                        + Suggestion.didYouMean(name, ZoneId.getAvailableZoneIds()));
        return ZoneId.systemDefault();
    }

    private void report(Finding.Severity severity, String key, String message) {
        reading.report(
                severity,
                reading.position(ServicesFile.NAME, key).orElse(reading.at(ServicesFile.NAME, 0)),
                key,
                message);
    }
}
