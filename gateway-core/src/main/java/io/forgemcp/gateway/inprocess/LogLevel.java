package io.forgemcp.gateway.inprocess;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How grave a log message to the client is, mildest first (MCP 2025-11-25, Logging; RFC 5424). */
public enum LogLevel {
    DEBUG,
    INFO,
    NOTICE,
    WARNING,
    ERROR,
    CRITICAL,
    ALERT,
    EMERGENCY;

    /** The name on the wire. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<LogLevel> find(String label) {
        return Arrays.stream(values()).filter(l -> l.label().equals(label)).findFirst();
    }
}
