package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Position;
import io.forgemcp.gateway.service.ServiceName;
import io.forgemcp.gateway.service.WireProtocol;
import java.net.URI;

/**
 * One active row of {@code gateways.txt} or of {@code EXTRA_GATEWAYS}.
 *
 * @param position where it stands
 */
record GatewayRow(ServiceName name, URI url, WireProtocol wire, Position position) {
    String host() {
        return url.getHost();
    }

    /** Whether its host is a bare name, as services have in the network of a deployment, and not an address. */
    boolean isLocal() {
        return !host().contains(".") && !host().contains(":") && !host().equalsIgnoreCase("localhost");
    }
}
