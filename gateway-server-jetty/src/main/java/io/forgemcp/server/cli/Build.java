package io.forgemcp.server.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What this jar was built from.
 *
 * @param version as in the build files
 * @param commit abbreviated Git commit, or {@code unknown} when built outside a repository
 */
record Build(String version, String commit) {
    /** Reads it from the jar. */
    static Build current() {
        Properties properties = new Properties();
        try (InputStream in = Build.class.getResourceAsStream("build.properties")) {
            if (in == null) {
                throw new IllegalStateException("build.properties is missing from the jar. Build it again.");
            }
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Build(properties.getProperty("version"), properties.getProperty("commit"));
    }
}
