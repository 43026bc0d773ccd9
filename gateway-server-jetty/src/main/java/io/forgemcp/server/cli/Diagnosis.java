package io.forgemcp.server.cli;

/**
 * What one check of the doctor found.
 *
 * @param evidence what was seen when it was tried
 * @param remedy what to do about it; empty unless it failed
 */
record Diagnosis(String item, Verdict verdict, String evidence, String remedy) {
    /** How a check ended. */
    enum Verdict {
        PASS,
        FAIL,
        NOT_APPLICABLE
    }

    static Diagnosis pass(String item, String evidence) {
        return new Diagnosis(item, Verdict.PASS, evidence, "");
    }

    static Diagnosis fail(String item, String evidence, String remedy) {
        return new Diagnosis(item, Verdict.FAIL, evidence, remedy);
    }

    static Diagnosis notApplicable(String item, String evidence) {
        return new Diagnosis(item, Verdict.NOT_APPLICABLE, evidence, "");
    }
}
