package io.forgemcp.gateway.security;

import java.util.Set;

/**
 * Who makes a request.
 *
 * @param principal a stable name, for audit and for keeping sessions apart
 * @param roles what they are
 */
public record Caller(String principal, Set<String> roles) {
    /** Someone on this machine, where no identity is asked for. */
    public static final Caller LOCAL = new Caller("local", Set.of(AdministratorRoles.STANDARD));

    public Caller {
        roles = Set.copyOf(roles);
    }
}
