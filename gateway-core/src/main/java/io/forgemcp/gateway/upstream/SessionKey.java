package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.protocol.Era;
import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.transport.InstanceAddress;

/**
 * Who shares a session with whom.
 *
 * @param client {@link ClientKey#GATEWAY} for a session that clients share, or that its first client owns
 * @param era that tells sessions of one client apart, as the profile does
 * @param profile the client capabilities that tell sessions of one client apart; empty if there can be only one
 */
record SessionKey(InstanceId instance, ClientKey client, String profile, Era era) {
    static SessionKey of(UpstreamTarget target, ClientProfile client) {
        if (isOnePerInstance(target)) {
            return new SessionKey(target.instance(), ClientKey.GATEWAY, "", Era.MODERN);
        }
        return new SessionKey(target.instance(), client.key(), client.offered(), Introduction.era(client));
    }

    /** Standard streams carry one conversation, whoever asks. */
    private static boolean isOnePerInstance(UpstreamTarget target) {
        return target.service().isolation() == Isolation.SHARED || target.address() instanceof InstanceAddress.Stdio;
    }

    /** Whether the first client to use the session becomes its owner, because it can be neither shared nor doubled. */
    static boolean isOwned(UpstreamTarget target) {
        return target.service().isolation() == Isolation.SESSION && target.address() instanceof InstanceAddress.Stdio;
    }
}
