package io.forgemcp.toolbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeServerTest {
    private final ToolClient time =
            new ToolClient(TimeServer.create(InstantSource.fixed(Instant.parse("2026-07-01T10:00:00Z"))));

    @Test
    void nowIsToldInTheZoneAskedFor() {
        JsonNode now = time.json("now", "zone", "Europe/Berlin");

        assertThat(now.path("time").asText()).isEqualTo("2026-07-01T12:00:00+02:00");
        assertThat(now.path("weekday").asText()).isEqualTo("Wednesday");
        assertThat(now.path("daylightSaving").asBoolean()).isTrue();
        assertThat(time.json("now").path("zone").asText()).isEqualTo("UTC");
    }

    @Test
    void aTimeIsConvertedBetweenZones() {
        JsonNode answer =
                time.json("convert", "time", "2026-01-15 09:00", "from", "America/New_York", "to", "Asia/Tokyo");

        assertThat(answer.at("/to/time").asText()).isEqualTo("2026-01-15T23:00:00+09:00");
        assertThat(answer.has("note")).isFalse();
    }

    @Test
    void aTimeThatTheClockSkipsOrRepeatsIsSaidToBeSo() {
        assertThat(time.json("convert", "time", "2026-03-29T02:30", "from", "Europe/Berlin", "to", "UTC")
                        .path("note")
                        .asText())
                .contains("does not exist");
        assertThat(time.json("convert", "time", "2026-10-25T02:30", "from", "Europe/Berlin", "to", "UTC")
                        .path("note")
                        .asText())
                .contains("happens twice");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-01, 2026-03-15T12:00, 2 months 14 days 12 hours, 73",
        "2026-03-15, 2026-03-14, 1 day, -1",
        "2024-02-29, 2025-02-28, 11 months 30 days, 365",
        "2026-01-01T12:00, 2026-01-02T11:00, 23 hours, 1",
        "now, now, 0 seconds, 0"
    })
    void aDifferenceIsToldInCalendarUnits(String from, String to, String calendar, long days) {
        JsonNode answer = time.json("difference", "from", from, "to", to);

        assertThat(answer.path("calendar").asText()).isEqualTo(calendar);
        assertThat(answer.path("days").asLong()).isEqualTo(days);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-31, P1M, 2026-02-28T00:00:00Z",
        "2026-01-31, PT36H, 2026-02-01T12:00:00Z",
        "2026-01-31, -P7D, 2026-01-24T00:00:00Z",
        "2026-01-31T10:00:00Z, P1DT2H, 2026-02-01T12:00:00Z"
    })
    void aDurationIsAddedAlongTheCalendar(String start, String duration, String result) {
        assertThat(time.json("add", "time", start, "duration", duration)
                        .path("time")
                        .asText())
                .isEqualTo(result);
    }

    @Test
    void zonesAreFoundByAPartOfTheirName() {
        assertThat(time.text("zones", "contains", "new york")).isEqualTo("America/New_York -04:00");
        assertThat(time.text("zones").lines()).hasSize(201);
        assertThat(time.failure("zones", "contains", "atlantis")).contains("No time zone contains");
    }

    @Test
    void whatIsNoTimeZoneOrDurationIsRefusedWithAnExample() {
        assertThat(time.failure("now", "zone", "Berlin")).contains("\"Berlin\" is not a time zone");
        assertThat(time.failure("convert", "time", "tomorrow", "to", "UTC")).contains("\"tomorrow\" is not a date");
        assertThat(time.failure("convert", "time", "", "to", "UTC")).contains("is not a date");
        assertThat(time.failure("add", "time", "now", "duration", "2 days")).contains("is not a duration");
        assertThat(time.failure("add", "time", "now", "duration", "P999999999Y"))
                .contains("outside the years");
    }
}
