package io.forgemcp.server.cli;

import io.forgemcp.gateway.security.AccessPolicy;
import io.forgemcp.gateway.security.AdministratorRoles;
import io.forgemcp.gateway.security.Authenticator;
import io.forgemcp.gateway.security.LoopbackOnly;

/**
 * Who is let into a gateway, and who may change things there. Immutable.
 *
 * @param summary the same for people, on one line
 */
record Access(Authenticator authenticator, AccessPolicy policy, String summary) {
    /** Everybody on this machine, and nobody is asked who they are. */
    static Access ofThisMachine() {
        return new Access(
                new LoopbackOnly(),
                new AdministratorRoles(),
                "whoever is on this machine, without a token; all of them may change services");
    }

    /** Whether callers need no token. */
    boolean isOpen() {
        return authenticator instanceof LoopbackOnly;
    }
}
