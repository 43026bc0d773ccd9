package io.forgemcp.gateway.lifecycle;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What all services together may use while they are awake. Null is unlimited.
 *
 * @param memoryBytes what is left for services after the gateway's own reservation
 * @param cpuCores the same in cores; compared with what services have reserved
 * @param services most services awake at once
 * @param byCategory most services awake at once of each category
 */
public record ServiceBudget(
        @Nullable Long memoryBytes,
        @Nullable Double cpuCores,
        @Nullable Integer services,
        Map<String, Integer> byCategory) {
    /** No limits. */
    public static final ServiceBudget UNLIMITED = new ServiceBudget(null, null, null, Map.of());

    public ServiceBudget {
        byCategory = Map.copyOf(byCategory);
    }
}
