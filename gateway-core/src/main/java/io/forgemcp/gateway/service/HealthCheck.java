package io.forgemcp.gateway.service;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a running service is asked whether it is well.
 *
 * @param path an HTTP path of the service; null to ask with an MCP ping
 * @param interval between two checks
 * @param timeout after which a check has failed
 */
public record HealthCheck(@Nullable String path, Duration interval, Duration timeout) {
    /** An MCP ping every 30 seconds. */
    public static final HealthCheck DEFAULT = new HealthCheck(null, Duration.ofSeconds(30), Duration.ofSeconds(10));
}
