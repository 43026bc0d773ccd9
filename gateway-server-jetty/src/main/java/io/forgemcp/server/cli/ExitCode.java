package io.forgemcp.server.cli;

/** What the process tells the shell; a compatibility promise that the README lists. */
final class ExitCode {
    /** Done. */
    static final int OK = 0;
    /** It was tried and did not work. */
    static final int FAILED = 1;
    /** The command line itself is wrong. */
    static final int USAGE = 2;
    /** The configuration has errors. */
    static final int CONFIGURATION = 3;
    /** No gateway answers. */
    static final int UNREACHABLE = 4;
    /** A port that is needed belongs to somebody else. */
    static final int PORT_TAKEN = 5;
    /** Ended by Ctrl-C before it was done; 128 and the signal's number, as shells count. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
