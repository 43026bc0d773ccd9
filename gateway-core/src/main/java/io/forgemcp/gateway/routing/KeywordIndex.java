package io.forgemcp.gateway.routing;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which stem stands how often in which tool. Immutable. */
final class KeywordIndex {
    private static final double K1 = 1.2;
    private static final double B = 0.75;
    private static final double NAME_WEIGHT = 3;
    private static final double KEYWORD_WEIGHT = 1;
    private static final double DESCRIPTION_WEIGHT = 1;

    private record Posting(int tool, double weight) {}

    private final List<ToolDocument> tools;
    private final Map<String, Posting[]> postings = new HashMap<>();

    KeywordIndex(Collection<ToolDocument> documents) {
        this.tools = List.copyOf(documents);
        Map<String, Map<Integer, Double>> counts = new HashMap<>();
        double[] lengths = new double[tools.size()];
        double total = 0;
        for (int i = 0; i < lengths.length; i++) {
            ToolDocument tool = tools.get(i);
            lengths[i] = count(counts, i, tool.name(), NAME_WEIGHT)
                    + count(counts, i, String.join(" ", tool.keywords()), KEYWORD_WEIGHT)
                    + count(counts, i, tool.description(), DESCRIPTION_WEIGHT);
            total += lengths[i];
        }
        double mean = total / Math.max(1, lengths.length);
        counts.forEach((stem, byTool) -> postings.put(
                stem,
                byTool.entrySet().stream()
                        .map(entry -> {
                            double frequency = entry.getValue();
                            double norm = K1 * (1 - B + B * lengths[entry.getKey()] / mean);
                            return new Posting(entry.getKey(), frequency / (frequency + norm));
                        })
                        .toArray(Posting[]::new)));
    }

    private static double count(Map<String, Map<Integer, Double>> counts, int tool, String text, double weight) {
        List<String> stems = Words.stems(text);
        for (String stem : stems) {
            counts.computeIfAbsent(stem, s -> new HashMap<>()).merge(tool, weight, Double::sum);
        }
        return stems.size() * weight;
    }

    ToolDocument tool(int index) {
        return tools.get(index);
    }

    /** The score of every tool, 0 where it shares no word. */
    double[] scores(Set<String> stems) {
        double[] scores = new double[tools.size()];
        for (String stem : stems) {
            Posting[] found = postings.get(stem);
            if (found != null) {
                double rarity = rarity(found.length);
                for (Posting posting : found) {
                    scores[posting.tool()] += rarity * posting.weight();
                }
            }
        }
        return scores;
    }

    /** What a tool would score that is all about these stems; a stem that no tool has counts like a rare one. */
    double highestPossible(Set<String> stems) {
        double sum = 0;
        for (String stem : stems) {
            Posting[] found = postings.get(stem);
            sum += rarity(found == null ? 1 : found.length);
        }
        return sum;
    }

    private double rarity(int tools) {
        return Math.log(1 + (this.tools.size() - tools + 0.5) / (tools + 0.5));
    }
}
