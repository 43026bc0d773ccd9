package io.forgemcp.gateway.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * Whether a runtime works.
 *
 * @param name for example {@code docker}
 * @param problem why it can run nothing just now, for people; null if it works
 */
public record RuntimeStatus(String name, @Nullable String problem) {}
