package io.forgemcp.gateway.security;

import io.forgemcp.gateway.service.ServiceName;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Every caller who is let in may see and call everything, and whoever has one of some roles may change things too: the
 * default, with the role {@value #STANDARD}. Immutable.
 *
 * @param roles any of them is enough; at least one
 */
public record AdministratorRoles(Set<String> roles) implements AccessPolicy {
    /** The role of administrators where nothing else is said. */
    public static final String STANDARD = "admin";

    public AdministratorRoles {
        roles = Set.copyOf(roles);
        if (roles.isEmpty()) {
            throw new IllegalArgumentException("Without a role of administrators nobody could change anything.");
        }
    }

    /** Administrators have the role {@value #STANDARD}. */
    public AdministratorRoles() {
        this(Set.of(STANDARD));
    }

    @Override
    public boolean mayUse(Caller caller, String virtualServer) {
        return true;
    }

    @Override
    public boolean mayCall(Caller caller, ServiceName service, String tool) {
        return true;
    }

    @Override
    public boolean mayAdminister(Caller caller) {
        for (String role : caller.roles()) {
            if (roles.contains(role)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String administratorNeeds() {
        return "the role "
                + new TreeSet<>(roles).stream().map(role -> "\"" + role + "\"").collect(Collectors.joining(" or "));
    }

    @Override
    public boolean isUniform() {
        return true;
    }
}
