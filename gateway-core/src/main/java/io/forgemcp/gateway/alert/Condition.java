package io.forgemcp.gateway.alert;

import io.forgemcp.gateway.metrics.Metric;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A condition over metrics, for example {@code rate(health_check_failure_total[5m]) > 0.1}. Immutable.
 *
 * <pre>
 * condition  = comparison { "and" comparison }
 * comparison = value [ "/" value ] ( ">" | ">=" | "&lt;" | "&lt;=" | "==" | "!=" ) number
 * value      = metric | "rate(" metric "[" time "])" | "increase(" metric "[" time "])"
 * metric     = name [ "{" label ( "=" | "!=" ) '"' text '"' { "," ... } "}" ]
 * </pre>
 *
 * <p>A metric that is a distribution stands for the largest value of the last five minutes. {@code rate} is by the second.
 * What has not been measured makes no comparison hold.
 */
public final class Condition {
    private final String text;
    private final List<Comparison> comparisons;

    Condition(String text, List<Comparison> comparisons) {
        this.text = text;
        this.comparisons = List.copyOf(comparisons);
    }

    /** @throws IllegalArgumentException with what is wrong, where, and what could be meant */
    public static Condition parse(String text) {
        return new ConditionParser(text).parse();
    }

    /** The metrics it needs, each with how far back. */
    public Map<Metric, Duration> metrics() {
        Map<Metric, Duration> metrics = new EnumMap<>(Metric.class);
        comparisons.stream()
                .flatMap(Comparison::readings)
                .forEach(reading ->
                        metrics.merge(reading.metric(), reading.window(), (a, b) -> a.compareTo(b) < 0 ? b : a));
        return metrics;
    }

    /**
     * For which values of the labels it holds, and the value on the left of its first comparison.
     *
     * @param labels what to tell apart
     */
    Map<List<String>, Double> holds(List<String> labels, Source source) {
        Map<List<String>, Double> holding = comparisons.get(0).holds(labels, source);
        for (Comparison further : comparisons.subList(1, comparisons.size())) {
            holding.keySet().retainAll(further.holds(labels, source).keySet());
        }
        return holding;
    }

    @Override
    public String toString() {
        return text;
    }

    /** Where values come from. */
    interface Source {
        /** The value for each combination of values of these labels that was measured; may be changed by the caller. */
        Map<List<String>, Double> read(Reading reading, List<String> labels);
    }

    /** How a metric is read. */
    enum Function {
        VALUE,
        RATE,
        INCREASE
    }

    /** @param place of the label among those of the metric */
    record Matcher(int place, boolean equal, String value) {
        boolean fits(List<String> labelValues) {
            return labelValues.get(place).equals(value) == equal;
        }
    }

    /** @param window how far back it looks */
    record Reading(Metric metric, List<Matcher> matchers, Function function, Duration window) {
        boolean fits(List<String> labelValues) {
            return matchers.stream().allMatch(matcher -> matcher.fits(labelValues));
        }
    }

    /** @param divisor null if the reading itself is compared */
    record Comparison(Reading reading, @Nullable Reading divisor, Operator operator, double bound) {
        private Stream<Reading> readings() {
            return Stream.concat(Stream.of(reading), Stream.ofNullable(divisor));
        }

        private Map<List<String>, Double> holds(List<String> labels, Source source) {
            Map<List<String>, Double> values = new HashMap<>(source.read(reading, labels));
            if (divisor != null) {
                Map<List<String>, Double> divisors = source.read(divisor, labels);
                for (List<String> group : new ArrayList<>(values.keySet())) {
                    double by = divisors.getOrDefault(group, 0.0);
                    // Nothing can be said of a part of nothing.
                    values.computeIfPresent(group, (key, value) -> by == 0 ? null : value / by);
                }
            }
            values.values().removeIf(value -> !operator.holds(value, bound));
            return values;
        }
    }

    /** How two numbers are compared. */
    enum Operator {
        GREATER_OR_EQUAL(">="),
        LESS_OR_EQUAL("<="),
        EQUAL("=="),
        UNEQUAL("!="),
        GREATER(">"),
        LESS("<");

        private final String sign;

        Operator(String sign) {
            this.sign = sign;
        }

        String sign() {
            return sign;
        }

        boolean holds(double value, double bound) {
            return switch (this) {
                case GREATER_OR_EQUAL -> value >= bound;
                case LESS_OR_EQUAL -> value <= bound;
                case EQUAL -> value == bound;
                case UNEQUAL -> value != bound;
                case GREATER -> value > bound;
                case LESS -> value < bound;
            };
        }
    }
}
