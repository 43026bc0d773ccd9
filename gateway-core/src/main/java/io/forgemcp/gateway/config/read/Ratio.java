package io.forgemcp.gateway.config.read;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a whole, written {@code 0.8} or {@code 80%}.
 *
 * @param value from 0 to 1
 */
public record Ratio(double value) {
    private static final Pattern SHAPE = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?)\\s*(%?)");

    public Ratio {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(value + " is not between 0 and 1. Write for example 0.8 or 80%.");
        }
    }

    /**
     * Reads the forms above.
     *
     * @throws IllegalArgumentException if the text is not a ratio; the message quotes it and shows the right form
     */
    public static Ratio parse(String text) {
        Matcher matcher = SHAPE.matcher(text.strip());
        if (matcher.matches()) {
            double number = Double.parseDouble(matcher.group(1));
            double value = matcher.group(2).isEmpty() ? number : number / 100;
            if (value <= 1) {
                return new Ratio(value);
            }
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" is not a ratio between 0 and 1. Write for example 0.8 or 80%.");
    }

    @Override
    public String toString() {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
