package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.transport.InstanceAddress;

/**
 * Who shares a session with whom.
 *
 * @param client {@link ClientKey#GATEWAY} for a session that clients share, or that its first client owns
 */
record SessionKey(InstanceId instance, ClientKey client) {
    static SessionKey of(UpstreamTarget target, ClientKey client) {
        return new SessionKey(target.instance(), isOnePerInstance(target) ? ClientKey.GATEWAY : client);
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
