package io.forgemcp.gateway.compliance;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What became of one check.
 *
 * @param reason what was looked at and found
 * @param remedy what to do; empty unless it failed or a person must look
 */
public record Verdict(Outcome outcome, String reason, String remedy) {
    private static final int NAMED = 5;

    /** How a check came out. */
    public enum Outcome {
        PASS,
        FAIL,
        /** There is nothing that it could be asked of. */
        NOT_APPLICABLE,
        /** Only a person can judge it. */
        MANUAL
    }

    static Verdict pass(String reason) {
        return new Verdict(Outcome.PASS, reason, "");
    }

    static Verdict fail(String reason, String remedy) {
        return new Verdict(Outcome.FAIL, reason, remedy);
    }

    static Verdict notApplicable(String reason) {
        return new Verdict(Outcome.NOT_APPLICABLE, reason, "");
    }

    static Verdict manual(String remedy) {
        return new Verdict(Outcome.MANUAL, "The gateway cannot judge this", remedy);
    }

    /**
     * Asks it of each.
     *
     * @param things what it is asked of, for people: {@code services}
     * @param fault what is wrong with one of them; null if nothing is
     */
    static <T> Verdict ofEach(List<T> of, String things, Function<T, @Nullable String> fault, String remedy) {
        if (of.isEmpty()) {
            return notApplicable("There are no " + things);
        }
        List<String> faults = of.stream()
                .flatMap(each -> Stream.ofNullable(fault.apply(each)))
                .toList();
        if (faults.isEmpty()) {
            return pass("True of all " + of.size() + " " + things);
        }
        String named = String.join("; ", faults.subList(0, Math.min(NAMED, faults.size())));
        return fail(
                faults.size() + " of " + of.size() + " " + things + ": " + named
                        + (faults.size() > NAMED ? "; and " + (faults.size() - NAMED) + " more" : ""),
                remedy);
    }
}
