package io.forgemcp.gateway.protocol;

import java.util.Locale;
import java.util.Optional;

/** How bad what a server logs is, least first (MCP, Logging; RFC 5424). */
public enum LogLevel {
    DEBUG,
    INFO,
    NOTICE,
    WARNING,
    ERROR,
    CRITICAL,
    ALERT,
    EMERGENCY;

    /** Its name on the wire. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The level with this name on the wire. */
    public static Optional<LogLevel> find(String text) {
        for (LogLevel level : values()) {
            if (level.text().equals(text)) {
                return Optional.of(level);
            }
        }
        return Optional.empty();
    }

    /** Whether something of this level is wanted by whoever asked for {@code least} and worse. */
    public boolean isAtLeast(LogLevel least) {
        return compareTo(least) >= 0;
    }
}
