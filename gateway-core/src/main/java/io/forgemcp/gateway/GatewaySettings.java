package io.forgemcp.gateway;

import io.forgemcp.gateway.virtualserver.Naming;
import java.time.Duration;

/**
 * Limits and times of a gateway.
 *
 * @param startTimeout how long a service may take to start or wake before the call that needs it fails
 * @param callTimeout how long a server may take to answer a call
 * @param sessionIdleTimeout after which an unused client session without an open stream ends
 * @param maxSessions most client sessions at once; one caller may have half of them
 * @param pageSize most entries of one answer to a list request
 * @param naming of tools on the endpoint over everything
 */
public record GatewaySettings(
        Duration startTimeout,
        Duration callTimeout,
        Duration sessionIdleTimeout,
        int maxSessions,
        int pageSize,
        Naming naming) {
    public static final GatewaySettings DEFAULT = new GatewaySettings(
            Duration.ofSeconds(60), Duration.ofMinutes(5), Duration.ofMinutes(30), 20_000, 10_000, Naming.PREFIXED);

    public GatewaySettings withNaming(Naming value) {
        return new GatewaySettings(startTimeout, callTimeout, sessionIdleTimeout, maxSessions, pageSize, value);
    }

    public GatewaySettings withPageSize(int value) {
        return new GatewaySettings(startTimeout, callTimeout, sessionIdleTimeout, maxSessions, value, naming);
    }

    public GatewaySettings withCallTimeout(Duration value) {
        return new GatewaySettings(startTimeout, value, sessionIdleTimeout, maxSessions, pageSize, naming);
    }

    public GatewaySettings withStartTimeout(Duration value) {
        return new GatewaySettings(value, callTimeout, sessionIdleTimeout, maxSessions, pageSize, naming);
    }
}
