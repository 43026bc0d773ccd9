package io.forgemcp.gateway.service;

import java.time.Duration;

/** How much a service matters: who wakes first, who sleeps last, and how fast a wake should be. */
public enum Priority {
    CRITICAL(Duration.ofMillis(50)),
    HIGH(Duration.ofMillis(100)),
    NORMAL(Duration.ofMillis(200)),
    LOW(Duration.ofMillis(500));

    private final Duration wakeTarget;

    Priority(Duration wakeTarget) {
        this.wakeTarget = wakeTarget;
    }

    /** From request received to first byte sent to the server. */
    public Duration wakeTarget() {
        return wakeTarget;
    }
}
