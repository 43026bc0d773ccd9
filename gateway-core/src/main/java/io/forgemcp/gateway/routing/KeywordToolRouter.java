package io.forgemcp.gateway.routing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Finds tools by the words that task and tool share: BM25 over name, keywords and description, where a word in the name
 * counts as several in the description (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework", BM25F).
 * Needs no model and no network; finds nothing if task and tool use different words for the same thing.
 */
public final class KeywordToolRouter implements ToolRouter {
    /** Most stems of a query that are looked at: a page of text is as telling as a book. */
    private static final int LONGEST_QUERY = 256;

    private volatile KeywordIndex index = new KeywordIndex(List.of());

    @Override
    public void index(Collection<ToolDocument> tools) {
        index = new KeywordIndex(tools);
    }

    @Override
    public List<ToolMatch> search(String query, int limit, Predicate<ToolDocument> allowed) {
        if (limit < 1) {
            throw new IllegalArgumentException("A search needs a limit of at least 1, not " + limit);
        }
        KeywordIndex current = index;
        Set<String> stems = new HashSet<>();
        for (String stem : Words.stems(query)) {
            if (stems.size() == LONGEST_QUERY) {
                break;
            }
            stems.add(stem);
        }
        double[] scores = current.scores(stems);
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] > 0 && allowed.test(current.tool(i))) {
                found.add(i);
            }
        }
        // Equal scores in the order of names, so that the same question has the same answer.
        found.sort(Comparator.<Integer>comparingDouble(i -> -scores[i])
                .thenComparing(i -> current.tool(i).name()));
        double best = current.highestPossible(stems);
        List<ToolMatch> matches = new ArrayList<>();
        for (int rank = 0; rank < Math.min(limit, found.size()); rank++) {
            int i = found.get(rank);
            double rival = rivalOf(rank, found, scores);
            matches.add(new ToolMatch(current.tool(i), scores[i], confidence(scores[i], rival, best)));
        }
        return matches;
    }

    /** The best score of another tool. */
    private static double rivalOf(int rank, List<Integer> found, double[] scores) {
        int rival = rank == 0 ? 1 : 0;
        return rival < found.size() ? scores[found.get(rival)] : 0;
    }

    /** How much of the query the tool explains, and how far it is ahead of the others. */
    private static double confidence(double score, double rival, double best) {
        double explained = best == 0 ? 0 : Math.min(1, score / best);
        double ahead = score / (score + rival);
        return Math.sqrt(explained) * ahead;
    }
}
