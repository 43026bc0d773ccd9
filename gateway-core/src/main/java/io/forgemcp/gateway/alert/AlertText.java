package io.forgemcp.gateway.alert;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts labels and the value into the texts of a rule. */
final class AlertText {
    private static final Pattern PLACE =
            Pattern.compile("\\{\\{\\s*\\$(?:labels\\.([a-z_]+)|value(\\s*\\|\\s*humanizePercentage)?)\\s*}}");

    private AlertText() {}

    static Map<String, String> fill(Map<String, String> texts, Map<String, String> labels, double value) {
        Map<String, String> filled = new HashMap<>();
        texts.forEach((name, text) -> filled.put(name, fill(text, labels, value)));
        return filled;
    }

    static String fill(String text, Map<String, String> labels, double value) {
        return PLACE.matcher(text).replaceAll(place -> Matcher.quoteReplacement(word(place, labels, value)));
    }

    private static String word(java.util.regex.MatchResult place, Map<String, String> labels, double value) {
        if (place.group(1) != null) {
            return labels.getOrDefault(place.group(1), "");
        }
        return place.group(2) == null
                ? String.format(Locale.ROOT, "%.4g", value)
                : String.format(Locale.ROOT, "%.1f %%", value * 100);
    }
}
