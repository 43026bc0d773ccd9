package io.forgemcp.it;

import java.util.List;

/**
 * A revision of MCP that the conformance suite knows, and what it says of the upstream alone: the suite is pinned, so
 * another number means that our fixtures have changed.
 */
enum Revision {
    R2025_03_26("2025-03-26", 3, 0),
    R2025_06_18("2025-06-18", 56, 0),
    R2025_11_25("2025-11-25", 84, 0),
    R2026_07_28("2026-07-28", 196, 0);

    private final String date;
    private final int passedAlone;
    private final int failedAlone;

    Revision(String date, int passedAlone, int failedAlone) {
        this.date = date;
        this.passedAlone = passedAlone;
        this.failedAlone = failedAlone;
    }

    String date() {
        return date;
    }

    int passedAlone() {
        return passedAlone;
    }

    int failedAlone() {
        return failedAlone;
    }

    /** How the suite is told: the two newest have a list of what they require, for the others everything applies. */
    List<String> arguments() {
        return compareTo(R2025_11_25) < 0
                ? List.of("--suite", "all", "--spec-version", date)
                : List.of("--requirements", date);
    }
}
