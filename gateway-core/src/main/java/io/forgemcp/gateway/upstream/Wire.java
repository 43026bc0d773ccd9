package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.transport.Outgoing;

/** How requests are put to a server of one generation. Stateless. */
sealed interface Wire permits LegacyWire, ModernWire {
    /**
     * The request as it goes to the server.
     *
     * @param profile of the client, which may speak the other generation
     * @param tracked whether the client wants to hear of progress
     * @param id under which the gateway asks, and the token of its progress
     * @throws io.forgemcp.gateway.error.GatewayException if it cannot be put to such a server
     */
    Outgoing request(UpstreamRequest request, ClientProfile profile, boolean tracked, long id);
}
