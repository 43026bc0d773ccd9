package io.forgemcp.gateway.upstream;

import io.forgemcp.gateway.service.InstanceId;
import io.forgemcp.gateway.service.Isolation;
import io.forgemcp.gateway.transport.InstanceAddress;

/**
 * Who shares a session with whom.
 *
 * @param client {@link ClientKey#GATEWAY} for a session that clients share, or that its first client owns
 * @param offered the client capabilities that the server was told
 */
record SessionKey(InstanceId instance, ClientKey client, String offered) {
    static SessionKey of(UpstreamTarget target, ClientProfile client) {
        ClientProfile of = isOnePerInstance(target) ? ClientProfile.GATEWAY : client;
        return new SessionKey(target.instance(), of.key(), of.offered());
    }

    /** Whether the server was told of anything that it may ask for. */
    boolean offersAnything() {
        return offered.length() > 2;
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
