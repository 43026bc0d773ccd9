package io.forgemcp.toolbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.inprocess.JavaServer;
import io.forgemcp.gateway.inprocess.JavaTool;
import io.forgemcp.gateway.inprocess.Schema;
import io.forgemcp.gateway.inprocess.ToolAnnotations;
import io.forgemcp.gateway.inprocess.ToolArguments;
import io.forgemcp.gateway.inprocess.ToolFailure;
import io.forgemcp.gateway.inprocess.ToolResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.TextStyle;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Clock and calendar for models: now, conversion between zones, arithmetic and differences. */
public final class TimeServer {
    private static final int MOST_ZONES = 200;

    private final InstantSource clock;

    private TimeServer(InstantSource clock) {
        this.clock = clock;
    }

    /** @param clock tells the present moment */
    public static JavaServer create(InstantSource clock) {
        TimeServer time = new TimeServer(clock);
        Schema zone = Schema.string("IANA time zone such as Europe/Berlin, or an offset such as +02:00");
        Schema moment = Schema.string("Date or date and time in ISO 8601, such as 2026-03-29T02:30, 2026-03-29 or"
                + " 2026-03-29T00:30:00Z; \"now\" for the present moment");
        return JavaServer.builder("time", "1.0")
                .instructions("Use these tools for anything about dates, times and zones instead of computing in your"
                        + " head: they know daylight saving.")
                .tool(tool("now", "Tells the current date and time in a time zone, with weekday, week and offset.")
                        .input(Schema.object().optional("zone", zone.otherwise("UTC")))
                        .handler(time::now))
                .tool(tool(
                                "convert",
                                "Converts a date and time from one time zone to another. A time that daylight saving"
                                        + " skips or repeats is said to be so.")
                        .input(Schema.object()
                                .required("time", moment)
                                .optional(
                                        "from",
                                        zone.described("Zone of the given time, if it carries none")
                                                .otherwise("UTC"))
                                .required("to", zone))
                        .handler(time::convert))
                .tool(tool(
                                "difference",
                                "Tells how much time lies between two moments: exactly, in calendar units and in days.")
                        .input(Schema.object()
                                .required("from", moment)
                                .required("to", moment)
                                .optional("zone", zone.otherwise("UTC")))
                        .handler(time::difference))
                .tool(tool(
                                "add",
                                "Adds a duration to a moment, or takes it away when negative: calendar-aware, so that a"
                                        + " month from 31 January is the last of February.")
                        .input(Schema.object()
                                .required("time", moment)
                                .required(
                                        "duration",
                                        Schema.string("ISO 8601 such as P1Y2M10D, PT36H, P1DT2H30M or -P7D"))
                                .optional("zone", zone.otherwise("UTC")))
                        .handler(time::add))
                .tool(tool("zones", "Lists IANA time zones whose name contains a text, with their current offset.")
                        .input(Schema.object()
                                .optional("contains", Schema.string("Part of the name, such as \"berlin\"")))
                        .handler(time::zones))
                .build();
    }

    private static JavaTool.Builder tool(String name, String description) {
        return JavaTool.named(name, description)
                .annotations(ToolAnnotations.READ_ONLY)
                .inline();
    }

    private ToolResponse now(ToolArguments arguments) {
        return ToolResponse.json(described(clock.instant().atZone(zone(arguments, "zone"))));
    }

    private ToolResponse convert(ToolArguments arguments) {
        ZoneId from = zone(arguments, "from");
        String text = arguments.string("time");
        ZonedDateTime source = moment(text, from);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.set("from", described(source));
        answer.set("to", described(source.withZoneSameInstant(zone(arguments, "to"))));
        describeGap(text, from, answer);
        return ToolResponse.json(answer);
    }

    /** A local time may not exist, or twice: whoever asks should know which one was meant. */
    private static void describeGap(String text, ZoneId zone, ObjectNode answer) {
        LocalDateTime local;
        try {
            local = LocalDateTime.parse(text.trim().replace(' ', 'T'));
        } catch (DateTimeParseException carriesAnOffset) {
            return;
        }
        int offsets = zone.getRules().getValidOffsets(local).size();
        if (offsets == 0) {
            answer.put("note", text + " does not exist in " + zone + ": the clock skips it. It was moved forward.");
        } else if (offsets > 1) {
            answer.put("note", text + " happens twice in " + zone + ": the earlier one was taken.");
        }
    }

    private ToolResponse difference(ToolArguments arguments) {
        ZoneId zone = zone(arguments, "zone");
        ZonedDateTime from = moment(arguments.string("from"), zone);
        ZonedDateTime to = moment(arguments.string("to"), zone);
        boolean backwards = to.isBefore(from);
        ZonedDateTime early = backwards ? to : from;
        ZonedDateTime late = (backwards ? from : to).withZoneSameInstant(early.getZone());
        Period period = Period.between(early.toLocalDate(), late.toLocalDate());
        if (early.plus(period).isAfter(late)) {
            period = Period.between(early.toLocalDate(), late.toLocalDate().minusDays(1));
        }
        Duration rest = Duration.between(early.plus(period), late);
        Duration exact = Duration.between(from, to);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("direction", exact.isZero() ? "same" : backwards ? "to is earlier" : "to is later");
        answer.put("seconds", exact.toSeconds());
        answer.put("iso", exact.toString());
        answer.put(
                "days",
                ChronoUnit.DAYS.between(
                        from.toLocalDate(),
                        to.withZoneSameInstant(from.getZone()).toLocalDate()));
        answer.put("calendar", calendar(period, rest));
        return ToolResponse.json(answer);
    }

    private static String calendar(Period period, Duration rest) {
        record Part(long amount, String unit) {}
        String text = List.of(
                        new Part(period.getYears(), "year"),
                        new Part(period.getMonths(), "month"),
                        new Part(period.getDays(), "day"),
                        new Part(rest.toHours(), "hour"),
                        new Part(rest.toMinutesPart(), "minute"),
                        new Part(rest.toSecondsPart(), "second"))
                .stream()
                .filter(part -> part.amount() != 0)
                .map(part -> part.amount() + " " + part.unit() + (part.amount() == 1 ? "" : "s"))
                .collect(Collectors.joining(" "));
        return text.isEmpty() ? "0 seconds" : text;
    }

    private ToolResponse add(ToolArguments arguments) {
        ZonedDateTime start = moment(arguments.string("time"), zone(arguments, "zone"));
        String text = arguments.string("duration").trim();
        boolean negative = text.startsWith("-");
        String plain = negative ? text.substring(1) : text;
        int t = plain.toUpperCase(Locale.ROOT).indexOf('T');
        try {
            String days = t < 0 ? plain : plain.substring(0, t);
            Period period = days.equalsIgnoreCase("P") ? Period.ZERO : Period.parse(days);
            Duration rest = t < 0 ? Duration.ZERO : Duration.parse("P" + plain.substring(t));
            ZonedDateTime result = negative
                    ? start.minus(period).minus(rest)
                    : start.plus(period).plus(rest);
            return ToolResponse.json(described(result));
        } catch (DateTimeParseException notIso) {
            throw new ToolFailure(
                    "\"" + text + "\" is not a duration. Write for example P1Y2M10D, PT36H, P1DT2H30M or -P7D.",
                    notIso);
        } catch (DateTimeException | ArithmeticException outside) {
            throw new ToolFailure("The result lies outside the years that a calendar can hold.", outside);
        }
    }

    private ToolResponse zones(ToolArguments arguments) {
        String part = arguments.string("contains", "").toLowerCase(Locale.ROOT).replace(' ', '_');
        List<String> found = new TreeSet<>(ZoneId.getAvailableZoneIds())
                .stream()
                        .filter(id -> id.toLowerCase(Locale.ROOT).contains(part))
                        .toList();
        if (found.isEmpty()) {
            throw new ToolFailure("No time zone contains \"" + part + "\". Try a big city of the region.");
        }
        String text = found.stream()
                .limit(MOST_ZONES)
                .map(id -> id + " " + clock.instant().atZone(ZoneId.of(id)).getOffset())
                .collect(Collectors.joining("\n"));
        return ToolResponse.text(
                found.size() <= MOST_ZONES
                        ? text
                        : text + "\n... and " + (found.size() - MOST_ZONES) + " more: say what the name contains.");
    }

    private static ObjectNode described(ZonedDateTime time) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("time", time.truncatedTo(ChronoUnit.MILLIS).format(DateTimeFormatter.ISO_OFFSET_DATE_TIME))
                .put("zone", time.getZone().getId())
                .put("weekday", time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH))
                .put("week", time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR))
                .put("dayOfYear", time.getDayOfYear())
                .put("epochSeconds", time.toEpochSecond())
                .put("daylightSaving", time.getZone().getRules().isDaylightSavings(time.toInstant()));
    }

    private static ZoneId zone(ToolArguments arguments, String name) {
        String id = arguments.string(name, "UTC").trim();
        try {
            return ZoneId.of(id);
        } catch (DateTimeException unknown) {
            throw new ToolFailure(
                    "\"" + id + "\" is not a time zone. Use the tool \"zones\" to find it, for example"
                            + " zones(contains=\"berlin\").",
                    unknown);
        }
    }

    private ZonedDateTime moment(String text, ZoneId zone) {
        String iso = text.trim();
        if (iso.equalsIgnoreCase("now")) {
            return clock.instant().atZone(zone);
        }
        try {
            if (iso.length() <= 10) {
                return LocalDate.parse(iso).atStartOfDay(zone);
            }
            String joined = iso.charAt(10) == ' ' ? iso.replaceFirst(" ", "T") : iso;
            return (ZonedDateTime) DateTimeFormatter.ISO_DATE_TIME.parseBest(
                    joined,
                    ZonedDateTime::from,
                    parsed -> LocalDateTime.from(parsed).atZone(zone));
        } catch (DateTimeException notIso) {
            throw new ToolFailure(
                    "\"" + text + "\" is not a date or time. Write for example 2026-03-29, 2026-03-29T14:30 or"
                            + " 2026-03-29T14:30:00+02:00.",
                    notIso);
        }
    }
}
