package io.forgemcp.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.config.read.Durations;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request says, in its query or as members of a JSON object, under the names that its route declares. Only what the
 * route declares is here: {@link InputReader} has refused the rest. Immutable.
 */
public final class Inputs {
    private static final int LONGEST_QUOTE = 60;

    private final Map<String, JsonNode> said;

    Inputs(Map<String, JsonNode> said) {
        this.said = Map.copyOf(said);
    }

    /** A yes or no; no if nothing is said, yes if there is the name alone. */
    public boolean flag(String name) {
        JsonNode value = said.get(name);
        if (value == null) {
            return false;
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        if (value.isTextual()) {
            switch (value.textValue().toLowerCase(Locale.ROOT)) {
                case "", "true", "1", "yes" -> {
                    return true;
                }
                case "false", "0", "no" -> {
                    return false;
                }
                default -> {}
            }
        }
        throw invalid(name + ": " + quote(value) + " is neither true nor false.");
    }

    /** A text; null if nothing is said. */
    public @Nullable String text(String name) {
        JsonNode value = said.get(name);
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            throw invalid(name + ": " + quote(value) + " is not a text.");
        }
        return value.textValue();
    }

    /** A text of at most so many characters; empty if nothing is said. */
    public String text(String name, int most) {
        String text = text(name);
        if (text != null && text.length() > most) {
            throw invalid(name + ": at most " + most + " characters are kept, not " + text.length() + ".");
        }
        return text == null ? "" : text;
    }

    /** A time that has to be said, in seconds or with a unit. */
    public Duration duration(String name, Duration most) {
        JsonNode value = said.get(name);
        if (value == null) {
            throw invalid(name + ": missing. Write for example \"30m\".");
        }
        try {
            Duration duration = Durations.parse(numberOrText(value), "s");
            if (!duration.isNegative() && !duration.isZero() && duration.compareTo(most) <= 0) {
                return duration;
            }
        } catch (IllegalArgumentException | ArithmeticException unreadable) {
            // Said below, together with what is out of range.
        }
        throw invalid(name + ": " + quote(value) + " is not a time from 1s to " + Durations.format(most) + ".");
    }

    /** A number between bounds. */
    public double number(String name, double absent, double least, double most) {
        JsonNode value = said.get(name);
        if (value == null) {
            return absent;
        }
        try {
            double number = Double.parseDouble(numberOrText(value));
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // Refused below like a number that is out of range.
        }
        throw invalid(name + ": " + quote(value) + " is not a number from " + least + " to " + most + ".");
    }

    /** A whole number between bounds. */
    public int whole(String name, int absent, int least, int most) {
        JsonNode value = said.get(name);
        if (value == null) {
            return absent;
        }
        try {
            int number = Integer.parseInt(numberOrText(value));
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // Refused below like a number that is out of range.
        }
        throw invalid(name + ": " + quote(value) + " is not a whole number from " + least + " to " + most + ".");
    }

    /** Empty for what is neither, which no number looks like. */
    private static String numberOrText(JsonNode value) {
        return value.isNumber() || value.isTextual() ? value.asText() : "";
    }

    private static String quote(JsonNode value) {
        return value.isTextual() ? "\"" + shorten(value.textValue()) + "\"" : shorten(value.toString());
    }

    static String shorten(String text) {
        return text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) + "..." : text;
    }

    /** What a request is refused with whose inputs make no sense. */
    public static GatewayException invalid(String message) {
        return new GatewayException(ErrorCode.INVALID_PARAMS, message);
    }
}
