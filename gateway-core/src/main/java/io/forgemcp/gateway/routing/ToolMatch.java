package io.forgemcp.gateway.routing;

/**
 * A tool that fits a task.
 *
 * @param score comparable only within one answer of one router; higher fits better
 * @param confidence from 0 to 1, how sure the router is that this is the tool that was meant: comparable between answers
 */
public record ToolMatch(ToolDocument tool, double score, double confidence) {
    public ToolMatch {
        if (!(score >= 0) || !(confidence >= 0 && confidence <= 1)) {
            throw new IllegalArgumentException(
                    "A match needs a score from 0 and a confidence from 0 to 1, not " + score + " and " + confidence);
        }
    }
}
