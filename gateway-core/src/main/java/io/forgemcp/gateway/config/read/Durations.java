package io.forgemcp.gateway.config.read;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The notation of times in files: {@code 300}, {@code 300s}, {@code 5m}, {@code 1.5h}, {@code 200ms}, {@code 7d}. */
public final class Durations {
    private static final Map<String, Long> MILLIS =
            Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);
    private static final Pattern SHAPE = Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,9})?)\\s*(ms|s|m|h|d)?");

    private Durations() {}

    /**
     * Reads the forms above.
     *
     * @param unit what a bare number counts; empty for seconds
     * @throws IllegalArgumentException if the text is not a duration; the message quotes it and shows the right form
     */
    public static Duration parse(String text, String unit) {
        Matcher matcher = SHAPE.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a duration. Write for example 300, 300s, 5m or 200ms.");
        }
        String letter = matcher.group(2) != null ? matcher.group(2) : unit.isEmpty() ? "s" : unit;
        BigDecimal millis =
                new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(MILLIS.getOrDefault(letter, 1_000L)));
        return Duration.ofMillis(millis.setScale(0, RoundingMode.HALF_UP).longValueExact());
    }

    /** The shortest whole number with its unit, for example {@code 5m}. */
    public static String format(Duration duration) {
        long millis = duration.toMillis();
        for (String letter : new String[] {"d", "h", "m", "s"}) {
            long factor = MILLIS.getOrDefault(letter, 1_000L);
            if (millis != 0 && millis % factor == 0) {
                return millis / factor + letter;
            }
        }
        return millis == 0 ? "0s" : millis + "ms";
    }
}
