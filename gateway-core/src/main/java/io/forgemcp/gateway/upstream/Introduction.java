package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.protocol.Era;
import io.forgemcp.gateway.service.Isolation;

/**
 * What a session begins with.
 *
 * @param offered the client capabilities that the server is told, a JSON object
 * @param era the generation that the server is spoken to in if it can
 */
record Introduction(String offered, Era era) {
    /** @param client who opens the session */
    static Introduction of(UpstreamTarget target, ClientProfile client) {
        return target.service().isolation() == Isolation.SHARED
                // Nothing, where the server could not tell its callers apart.
                ? new Introduction(ClientProfile.OFFERS_NOTHING, Era.MODERN)
                : new Introduction(client.offered(), era(client));
    }

    /** The gateway itself speaks the newer generation where it can: it hears more. */
    static Era era(ClientProfile client) {
        return client.key().equals(ClientKey.GATEWAY) ? Era.MODERN : client.preferred();
    }
}
