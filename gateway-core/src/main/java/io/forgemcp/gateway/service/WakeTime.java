package io.forgemcp.gateway.service;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.time.zone.ZoneOffsetTransition;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A time of day on some days of the week, for example {@code Mon-Fri 08:30}.
 *
 * @param days at least one
 * @param at to the minute
 */
public record WakeTime(Set<DayOfWeek> days, LocalTime at) {
    private static final Pattern WRITTEN = Pattern.compile("(?:(\\S.*?)\\s+)?(\\d{1,2}):(\\d{2})");
    private static final String EXAMPLES = "Write for example \"Mon-Fri 08:30\", \"Sat,Sun 10:00\" or \"daily 22:15\".";

    public WakeTime {
        if (days.isEmpty()) {
            throw new IllegalArgumentException("A time to wake needs a day.");
        }
        days = Set.copyOf(days);
    }

    /**
     * Reads days, a space and hours and minutes from 00:00 to 23:59. Days are {@code daily}, {@code weekdays}, {@code
     * weekends}, or names of three letters or more and ranges of them, with commas between; without days it is daily.
     *
     * @throws IllegalArgumentException with what to write instead
     */
    public static WakeTime parse(String text) {
        Matcher written = WRITTEN.matcher(text.strip());
        if (!written.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a time to wake. " + EXAMPLES);
        }
        int hour = Integer.parseInt(written.group(2));
        int minute = Integer.parseInt(written.group(3));
        if (hour > 23 || minute > 59) {
            throw new IllegalArgumentException("\"" + text + "\" has no time of day from 00:00 to 23:59. " + EXAMPLES);
        }
        String days = written.group(1);
        return new WakeTime(
                days == null ? EnumSet.allOf(DayOfWeek.class) : days(text, days), LocalTime.of(hour, minute));
    }

    private static Set<DayOfWeek> days(String text, String written) {
        Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
        for (String part : written.toLowerCase(Locale.ROOT).split(",", -1)) {
            switch (part.strip()) {
                case "daily" -> days.addAll(EnumSet.allOf(DayOfWeek.class));
                case "weekdays" -> days.addAll(EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.FRIDAY));
                case "weekends" -> days.addAll(EnumSet.range(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY));
                default -> {
                    String[] ends = part.strip().split("\\s*-\\s*", -1);
                    if (ends.length > 2) {
                        throw noDay(text, part);
                    }
                    DayOfWeek last = day(text, ends[ends.length - 1]);
                    // Sat-Mon goes over the end of the week.
                    for (DayOfWeek day = day(text, ends[0]); day != last; day = day.plus(1)) {
                        days.add(day);
                    }
                    days.add(last);
                }
            }
        }
        return days;
    }

    private static DayOfWeek day(String text, String name) {
        for (DayOfWeek day : DayOfWeek.values()) {
            if (name.length() >= 3 && day.name().toLowerCase(Locale.ROOT).startsWith(name)) {
                return day;
            }
        }
        throw noDay(text, name);
    }

    private static IllegalArgumentException noDay(String text, String part) {
        return new IllegalArgumentException("\"" + text + "\" is not a time to wake: \"" + part.strip()
                + "\" is not a day of the week. " + EXAMPLES);
    }

    /**
     * The first moment at which clocks of the zone show this time, or a later one, of this date: where it is skipped as
     * clocks are put forward, the moment at which they are; where it comes twice, the first.
     */
    Instant on(LocalDate date, ZoneId zone) {
        LocalDateTime local = date.atTime(at);
        ZoneOffsetTransition transition = zone.getRules().getTransition(local);
        return transition != null && transition.isGap()
                ? transition.getInstant()
                : local.atZone(zone).withEarlierOffsetAtOverlap().toInstant();
    }

    /** As it could be written. */
    @Override
    public String toString() {
        String written = days.size() == 7
                ? "daily"
                : List.copyOf(new TreeSet<>(days)).stream()
                        .map(day -> day.getDisplayName(TextStyle.SHORT, Locale.ENGLISH))
                        .collect(Collectors.joining(","));
        return written + " " + at;
    }
}
