package io.forgemcp.server.cli;

/** How much a command logs to standard error. */
final class Logging {
    private static final String LEVEL = "forge.log.level";

    private Logging() {}

    /** Sets it, unless the command line of Java has; works only before the first class has logged. */
    static void level(String level) {
        if (System.getProperty(LEVEL) == null) {
            System.setProperty(LEVEL, level);
        }
    }
}
