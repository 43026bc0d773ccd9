package io.forgemcp.gateway.config.read;

import io.forgemcp.gateway.service.WakeTime;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Turns the text of a scalar into the type that a slot declares, within the range that its key declares. */
final class Scalar {
    private static final Map<String, Boolean> BOOLEANS =
            Map.of("true", true, "yes", true, "on", true, "false", false, "no", false, "off", false);

    private Scalar() {}

    /** @throws IllegalArgumentException with what to write instead */
    static Object parse(Class<?> type, String text, Key key) {
        if (type == String.class) {
            return text;
        }
        if (type.isEnum()) {
            return constant(type, text);
        }
        if (type == boolean.class || type == Boolean.class) {
            return bool(text);
        }
        if (type == int.class || type == Integer.class) {
            return (int) inRange(integer(text), text, key);
        }
        if (type == double.class || type == Double.class) {
            return inRange(number(text), text, key);
        }
        if (type == Duration.class) {
            Duration duration = Durations.parse(text, key.unit());
            inRange(duration.toMillis() / 1000.0, text, key);
            return duration;
        }
        if (type == DataSize.class) {
            return DataSize.parse(text, key.unit());
        }
        if (type == Ratio.class) {
            return Ratio.parse(text);
        }
        if (type == WakeTime.class) {
            return WakeTime.parse(text);
        }
        if (type == URI.class) {
            return uri(text);
        }
        throw new IllegalStateException(type + " is not a type of configuration values");
    }

    /** What the type is called in documentation. */
    static String describe(Class<?> type) {
        if (type.isEnum()) {
            return String.join(
                    " \\| ", constants(type).stream().map(c -> "`" + c + "`").toList());
        }
        return Map.<Class<?>, String>of(
                        String.class, "text",
                        int.class, "whole number",
                        Integer.class, "whole number",
                        double.class, "number",
                        Double.class, "number",
                        Duration.class, "duration",
                        DataSize.class, "size",
                        Ratio.class, "ratio",
                        WakeTime.class, "time to wake",
                        URI.class, "URL")
                .getOrDefault(type, "`true` \\| `false`");
    }

    /** A value as it could be written. */
    static String format(Object value) {
        if (value instanceof Duration duration) {
            return Durations.format(duration);
        }
        if (value instanceof Enum<?> constant) {
            return written(constant);
        }
        if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15) {
            return Long.toString(number.longValue());
        }
        return value.toString();
    }

    private static String written(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static List<String> constants(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(c -> written((Enum<?>) c))
                .toList();
    }

    private static Object constant(Class<?> type, String text) {
        String wanted = text.strip().toLowerCase(Locale.ROOT).replace('_', '-');
        for (Object constant : type.getEnumConstants()) {
            if (written((Enum<?>) constant).equals(wanted)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("\"" + text + "\" is not one of " + String.join(", ", constants(type)) + "."
                + Suggestion.didYouMean(wanted, constants(type)));
    }

    private static boolean bool(String text) {
        Boolean value = BOOLEANS.get(text.strip().toLowerCase(Locale.ROOT));
        if (value == null) {
            throw new IllegalArgumentException("\"" + text + "\" is neither true nor false.");
        }
        return value;
    }

    private static double integer(String text) {
        if (!text.strip().matches("-?[0-9]{1,9}")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a whole number. Write for example 10.");
        }
        return Integer.parseInt(text.strip());
    }

    private static double number(String text) {
        if (!text.strip().matches("-?[0-9]{1,15}(\\.[0-9]{1,15})?")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a number. Write for example 0.5 or 2.");
        }
        return Double.parseDouble(text.strip());
    }

    private static double inRange(double value, String text, Key key) {
        if (value < key.min() || value > key.max()) {
            String most = Double.isInfinite(key.max()) ? "" : " and at most " + format(key.max());
            throw new IllegalArgumentException(
                    "\"" + text + "\" is out of range: it must be at least " + format(key.min()) + most + ".");
        }
        return value;
    }

    private static URI uri(String text) {
        try {
            URI uri = new URI(text.strip());
            if (uri.getScheme() != null && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Reported below: the parser's own words do not say what to write.
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" is not a URL. Write for example http://127.0.0.1:8123/mcp.");
    }
}
