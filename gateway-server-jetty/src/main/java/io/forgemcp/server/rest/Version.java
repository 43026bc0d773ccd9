package io.forgemcp.server.rest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What this server was built from.
 *
 * @param commit abbreviated Git commit, or {@code unknown}
 */
public record Version(String version, String commit) {
    /** As the build wrote it; both unknown when the classes are run without their resources. */
    public static Version current() {
        Properties properties = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("/io/forgemcp/server/cli/build.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return new Version(properties.getProperty("version", "unknown"), properties.getProperty("commit", "unknown"));
    }
}
