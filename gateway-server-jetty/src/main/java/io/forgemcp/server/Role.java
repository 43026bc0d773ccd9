package io.forgemcp.server;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A listener that the program can open, as {@code --roles} names it. */
public enum Role {
    /** MCP endpoints for clients, registry, health, metrics. */
    GATEWAY,
    /** Life of the services, scaling, reports on resources and efficiency. */
    MANAGER;

    /** As it is written on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role that is written like this. */
    public static Optional<Role> find(String text) {
        return Arrays.stream(values())
                .filter(role -> role.label().equals(text.strip().toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    /** All of them, as they are written. */
    public static String known() {
        return Arrays.stream(values()).map(Role::label).collect(Collectors.joining(", "));
    }
}
