package io.forgemcp.gateway.alert;

import io.forgemcp.gateway.metrics.Metric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the text of one condition from left to right. For one thread and one use. */
final class ConditionParser {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
    private static final Pattern WINDOW = Pattern.compile("([0-9]{1,6})([smhd])");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"\\\\]*)\"|'([^'\\\\]*)'");
    private static final Pattern SPACE = Pattern.compile("\\s*");
    private static final Map<String, Duration> UNITS = Map.of(
            "s", Duration.ofSeconds(1), "m", Duration.ofMinutes(1), "h", Duration.ofHours(1), "d", Duration.ofDays(1));
    /** Longer ones would keep more of the past than an alert is worth. */
    private static final Duration LONGEST = Duration.ofDays(1);

    private static final Duration DISTRIBUTION = Duration.ofMinutes(5);

    private final String text;
    private int at;

    ConditionParser(String text) {
        this.text = text;
    }

    Condition parse() {
        List<Condition.Comparison> comparisons = new ArrayList<>();
        do {
            comparisons.add(comparison());
        } while (skip("and"));
        if (at < text.length()) {
            throw wrong("expected \"and\" or the end");
        }
        return new Condition(text.strip(), comparisons);
    }

    private Condition.Comparison comparison() {
        Condition.Reading reading = reading();
        Condition.Reading divisor = skip("/") ? reading() : null;
        Condition.Operator operator = Arrays.stream(Condition.Operator.values())
                .filter(each -> skip(each.sign()))
                .findFirst()
                .orElseThrow(() -> wrong("expected a comparison: > >= < <= == !="));
        String number = next(NUMBER);
        if (number == null) {
            throw wrong("expected a number");
        }
        return new Condition.Comparison(reading, divisor, operator, Double.parseDouble(number));
    }

    private Condition.Reading reading() {
        int start = at;
        String name = name("expected the name of a metric");
        boolean rate = name.equals("rate");
        if (!rate && !name.equals("increase")) {
            return reading(name, start);
        }
        require("(");
        start = at;
        Condition.Reading of = reading(name("expected the name of a metric"), start);
        if (of.metric().buckets().length > 0) {
            throw wrong(
                    name + " needs a metric that only grows, and " + of.metric().id() + " is a distribution");
        }
        require("[");
        Duration window = window();
        require("]");
        require(")");
        return new Condition.Reading(
                of.metric(), of.matchers(), rate ? Condition.Function.RATE : Condition.Function.INCREASE, window);
    }

    private Duration window() {
        String written = next(WINDOW);
        if (written == null) {
            throw wrong("expected a time such as 5m");
        }
        int unit = written.length() - 1;
        Duration window = UNITS.getOrDefault(written.substring(unit), Duration.ZERO)
                .multipliedBy(Long.parseLong(written.substring(0, unit)));
        if (window.isZero() || window.compareTo(LONGEST) > 0) {
            throw wrong("a time from 1s to 1d is possible, not " + written);
        }
        return window;
    }

    private Condition.Reading reading(String name, int start) {
        Metric metric = Arrays.stream(Metric.values())
                .filter(each -> each.id().equals(name))
                .findFirst()
                .orElseThrow(() -> {
                    at = start;
                    return wrong("there is no metric \"" + name + "\"; GET /metrics shows all");
                });
        List<Condition.Matcher> matchers = new ArrayList<>();
        if (skip("{")) {
            do {
                matchers.add(matcher(metric));
            } while (skip(","));
            require("}");
        }
        return new Condition.Reading(
                metric, matchers, Condition.Function.VALUE, metric.buckets().length > 0 ? DISTRIBUTION : Duration.ZERO);
    }

    private Condition.Matcher matcher(Metric metric) {
        String label = name("expected the name of a label");
        int place = metric.labels().indexOf(label);
        if (place < 0) {
            throw wrong(metric.id() + " has no label \"" + label + "\", only " + metric.labels());
        }
        boolean unequal = skip("!=");
        if (!unequal) {
            require("=");
        }
        String quoted = next(QUOTED);
        if (quoted == null) {
            throw wrong("expected a text in quotes");
        }
        return new Condition.Matcher(place, !unequal, quoted.substring(1, quoted.length() - 1));
    }

    private String name(String otherwise) {
        String name = next(NAME);
        if (name == null) {
            throw wrong(otherwise);
        }
        return name;
    }

    private @Nullable String next(Pattern pattern) {
        skipSpace();
        Matcher found = pattern.matcher(text).region(at, text.length());
        if (!found.lookingAt()) {
            return null;
        }
        at = found.end();
        return found.group();
    }

    private boolean skip(String expected) {
        skipSpace();
        if (!text.startsWith(expected, at)) {
            return false;
        }
        at += expected.length();
        skipSpace();
        return true;
    }

    private void skipSpace() {
        Matcher space = SPACE.matcher(text).region(at, text.length());
        at = space.lookingAt() ? space.end() : at;
    }

    private void require(String expected) {
        if (!skip(expected)) {
            throw wrong("expected \"" + expected + "\"");
        }
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("\"" + text + "\" at column " + (at + 1) + ": " + what + ".");
    }
}
