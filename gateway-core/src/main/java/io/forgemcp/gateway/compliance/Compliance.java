package io.forgemcp.gateway.compliance;

import io.forgemcp.gateway.config.Configuration;
import io.forgemcp.gateway.config.schema.ComplianceFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Judges the checklist. Reads the files of the configuration directory, so it may block. */
public final class Compliance {
    private static final double STANDARD_THRESHOLD = 80;

    private Compliance() {}

    /** Every check of the file, judged; where there is no file, every check that the gateway knows. */
    public static ComplianceReport report(Facts facts) {
        Configuration configuration = facts.configuration();
        ComplianceFile file =
                configuration == null ? null : configuration.files().compliance();
        List<ComplianceReport.Check> checks = new ArrayList<>();
        if (file == null || file.complianceChecklist().isEmpty()) {
            for (Judge judge : Judge.values()) {
                checks.add(new ComplianceReport.Check(judge.area(), judge.title(), "", true, judge.judge(facts)));
            }
            return score(checks, Judge.WEIGHTS, STANDARD_THRESHOLD);
        }
        file.complianceChecklist()
                .forEach((area, written) -> written.forEach(check -> checks.add(new ComplianceReport.Check(
                        area, check.name(), check.description(), check.required(), verdict(check, facts)))));
        Map<String, Integer> weights = file.reporting().complianceScore();
        return score(
                checks,
                weights.isEmpty() ? Judge.WEIGHTS : weights,
                file.reporting().passThreshold());
    }

    private static Verdict verdict(ComplianceFile.Check check, Facts facts) {
        return Judge.of(check.name())
                .map(judge -> judge.judge(facts))
                .orElseGet(() ->
                        Verdict.manual(check.verification().isEmpty() ? "Look at it yourself." : check.verification()));
    }

    private static ComplianceReport score(
            List<ComplianceReport.Check> checks, Map<String, Integer> weights, double threshold) {
        Map<String, ComplianceReport.Area> areas = new LinkedHashMap<>();
        for (ComplianceReport.Check check : checks) {
            ComplianceReport.Area area = areas.computeIfAbsent(
                    check.area(), name -> new ComplianceReport.Area(weights.getOrDefault(name, 0), 0, 0));
            boolean passed = check.verdict().outcome() == Verdict.Outcome.PASS;
            boolean judged = passed || check.verdict().outcome() == Verdict.Outcome.FAIL;
            if (check.required() && judged) {
                areas.put(
                        check.area(),
                        new ComplianceReport.Area(area.weight(), area.passed() + (passed ? 1 : 0), area.judged() + 1));
            }
        }
        double reached = 0;
        double possible = 0;
        for (ComplianceReport.Area area : areas.values()) {
            if (area.judged() > 0) {
                reached += area.weight() * area.passed() / area.judged();
                possible += area.weight();
            }
        }
        return new ComplianceReport(possible == 0 ? null : reached / possible * 100, threshold, areas, checks);
    }
}
