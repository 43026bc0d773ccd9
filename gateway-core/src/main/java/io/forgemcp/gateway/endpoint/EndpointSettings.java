package io.forgemcp.gateway.endpoint;

import java.time.Duration;

/**
 * How clients are served.
 *
 * @param callTimeout how long a server may take to answer a call
 * @param pageSize most entries of one answer to a list request
 */
public record EndpointSettings(Duration callTimeout, int pageSize) {
    public EndpointSettings {
        if (pageSize < 1) {
            throw new IllegalArgumentException("pageSize must be at least 1, not " + pageSize);
        }
    }
}
