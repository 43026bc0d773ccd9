package io.forgemcp.gateway.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WakeScheduleTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static WakeSchedule schedule(ZoneId zone, String... times) {
        return new WakeSchedule(Stream.of(times).map(WakeTime::parse).toList(), zone, null);
    }

    private static String next(WakeSchedule schedule, String after) {
        return schedule.next(Instant.parse(after)).orElseThrow().toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Mon-Fri 08:30 | Mon,Tue,Wed,Thu,Fri 08:30",
                "weekdays 8:30 | Mon,Tue,Wed,Thu,Fri 08:30",
                "weekends 00:00 | Sat,Sun 00:00",
                "daily 23:59 | daily 23:59",
                "07:05 | daily 07:05",
                "fri-MON 12:00 | Mon,Fri,Sat,Sun 12:00",
                "thursday 12:00 | Thu 12:00",
                "Sat , sun,Wednes-Thu 10:00 | Wed,Thu,Sat,Sun 10:00",
                "Mon-Mon 10:00 | Mon 10:00",
            })
    void daysAndTimesAreReadAsPeopleWriteThem(String written, String meant) {
        assertThat(WakeTime.parse(written)).hasToString(meant);
        assertThat(WakeTime.parse(meant)).isEqualTo(WakeTime.parse(written));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Mon",
                "Mon 24:00",
                "Mon 08:60",
                "Mon 8",
                "Mon 08:30:00",
                "Mo 08:30",
                "Moon 08:30",
                "Mon- 08:30",
                "Mon-Tue-Wed 08:30",
                "Mon,,Tue 08:30",
                ",Mon 08:30",
                "30 8 * * 1-5",
                "Mon 08:30 Tue 09:00",
                "-1:30",
                "8:3"
            })
    void whatIsNoTimeIsRefusedWithAnExample(String written) {
        assertThatThrownBy(() -> WakeTime.parse(written))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + written + "\"")
                .hasMessageContaining("\"Mon-Fri 08:30\"");
    }

    @Test
    void theNextTimeIsTheEarliestOfAllAfterTheMoment() {
        WakeSchedule schedule = schedule(ZoneOffset.UTC, "Mon-Fri 08:30", "Sat 10:00");
        assertThat(next(schedule, "2026-11-26T08:29:59Z")).isEqualTo("2026-11-26T08:30:00Z");
        assertThat(next(schedule, "2026-11-26T08:30:00Z")).isEqualTo("2026-11-27T08:30:00Z");
        assertThat(next(schedule, "2026-11-27T08:30:00Z")).isEqualTo("2026-11-28T10:00:00Z");
        assertThat(next(schedule, "2026-11-28T10:00:00Z")).isEqualTo("2026-11-30T08:30:00Z");
        assertThat(next(schedule(ZoneOffset.UTC, "Thu 08:30"), "2026-11-26T08:30:00Z"))
                .isEqualTo("2026-12-03T08:30:00Z");
        assertThat(WakeSchedule.NONE.next(Instant.EPOCH)).isEmpty();
    }

    @Test
    void aTimeThatClocksSkipIsTheMomentAtWhichTheyAreSet() {
        // On 29 March 2026 in Berlin 01:59 is followed by 03:00, which is 01:00 in UTC.
        WakeSchedule schedule = schedule(BERLIN, "daily 02:30");
        assertThat(next(schedule, "2026-03-28T12:00:00Z")).isEqualTo("2026-03-29T01:00:00Z");
        assertThat(next(schedule, "2026-03-29T01:00:00Z")).isEqualTo("2026-03-30T00:30:00Z");
    }

    @Test
    void aTimeThatComesTwiceIsTheFirstOfThem() {
        // On 25 October 2026 in Berlin 02:59 is followed by 02:00.
        WakeSchedule schedule = schedule(BERLIN, "daily 02:30");
        assertThat(next(schedule, "2026-10-24T12:00:00Z")).isEqualTo("2026-10-25T00:30:00Z");
        assertThat(next(schedule, "2026-10-25T00:30:00Z")).isEqualTo("2026-10-26T01:30:00Z");
    }

    @Test
    void aDayThatAZoneSkipsIsOverAsItBegins() {
        // Samoa had no 30 December 2011, a Friday.
        WakeSchedule schedule = schedule(ZoneId.of("Pacific/Apia"), "Fri 08:30");
        assertThat(next(schedule, "2011-12-25T00:00:00Z")).isEqualTo("2011-12-30T10:00:00Z");
        assertThat(next(schedule, "2011-12-30T10:00:00Z")).isEqualTo("2012-01-05T18:30:00Z");
    }

    /** Against clocks that are watched minute by minute. {@code FORGE_TEST_SEED} runs it again. */
    @Test
    void inEveryZoneTheNextTimeIsTheFirstMinuteAtWhichClocksHaveReachedOne() {
        long seed = Long.parseLong(System.getenv().getOrDefault("FORGE_TEST_SEED", Long.toString(System.nanoTime())));
        Random random = new Random(seed);
        List<String> zones = ZoneId.getAvailableZoneIds().stream().sorted().toList();
        for (int round = 0; round < 300; round++) {
            ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
            Instant after = random.nextBoolean() ? anyMinute(random) : nearATransition(zone, random);
            List<WakeTime> times = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(3); i++) {
                times.add(anyTime(random));
            }
            WakeSchedule schedule = new WakeSchedule(times, zone, null);
            assertThat(schedule.next(after))
                    .as("seed %d, round %d: %s in %s after %s", seed, round, times, zone, after)
                    .isEqualTo(watched(times, zone, after));
        }
    }

    private static Instant anyMinute(Random random) {
        return Instant.parse("1985-01-01T00:00:00Z").plus(Duration.ofMinutes(random.nextInt(50 * 365 * 24 * 60)));
    }

    private static Instant nearATransition(ZoneId zone, Random random) {
        Instant from = anyMinute(random);
        return Optional.ofNullable(zone.getRules().nextTransition(from))
                .map(transition -> transition.getInstant().minus(Duration.ofMinutes(random.nextInt(2 * 24 * 60))))
                .orElse(from);
    }

    private static WakeTime anyTime(Random random) {
        Set<DayOfWeek> days = EnumSet.of(DayOfWeek.of(1 + random.nextInt(7)));
        for (int i = random.nextInt(7); i > 0; i--) {
            days.add(DayOfWeek.of(1 + random.nextInt(7)));
        }
        // Most transitions are at night.
        return new WakeTime(days, LocalTime.of(random.nextInt(random.nextBoolean() ? 24 : 4), random.nextInt(60)));
    }

    /** For each date and time the first minute at which the zone's clocks show it or more; of those the first after. */
    private static Optional<Instant> watched(List<WakeTime> times, ZoneId zone, Instant after) {
        Instant end = after.plus(Duration.ofDays(9));
        LocalDateTime reached = LocalDateTime.MIN;
        for (Instant minute = after.minus(Duration.ofDays(3)); minute.isBefore(end); minute = minute.plusSeconds(60)) {
            LocalDateTime shown = LocalDateTime.ofInstant(minute, zone);
            if (shown.isAfter(reached)) {
                if (minute.isAfter(after) && comes(times, reached, shown)) {
                    return Optional.of(minute);
                }
                reached = shown;
            }
        }
        return Optional.empty();
    }

    private static boolean comes(List<WakeTime> times, LocalDateTime reached, LocalDateTime shown) {
        for (LocalDate date = reached.toLocalDate(); !date.isAfter(shown.toLocalDate()); date = date.plusDays(1)) {
            for (WakeTime time : times) {
                LocalDateTime wanted = date.atTime(time.at());
                if (time.days().contains(date.getDayOfWeek()) && wanted.isAfter(reached) && !wanted.isAfter(shown)) {
                    return true;
                }
            }
        }
        return false;
    }
}
