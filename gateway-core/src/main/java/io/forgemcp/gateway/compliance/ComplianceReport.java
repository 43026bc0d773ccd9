package io.forgemcp.gateway.compliance;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The checklist with what became of each check.
 *
 * @param score percent of the weights of all areas with judged checks; null if nothing could be judged
 * @param threshold the score that passes
 * @param areas in the order of the file
 * @param checks in the order of the file
 */
public record ComplianceReport(@Nullable Double score, double threshold, Map<String, Area> areas, List<Check> checks) {
    public ComplianceReport {
        checks = List.copyOf(checks);
    }

    public boolean passed() {
        return score != null && score >= threshold;
    }

    /**
     * The checks of one area that count.
     *
     * @param weight in the score
     * @param passed required checks that passed
     * @param judged required checks that passed or failed
     */
    public record Area(double weight, int passed, int judged) {}

    /** @param required whether it counts for the score */
    public record Check(String area, String name, String description, boolean required, Verdict verdict) {}
}
