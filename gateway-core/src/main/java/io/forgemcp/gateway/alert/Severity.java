package io.forgemcp.gateway.alert;

/** How bad it is that a rule holds, from the mildest on. */
public enum Severity {
    INFO,
    WARNING,
    CRITICAL
}
