package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.service.ServiceName;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What sleeping has saved one service and cost its callers, measured since the gateway started.
 *
 * @param depth how deeply it sleeps now; null if it does not
 * @param asleep all sleeps, one under way included
 * @param awake all times of running
 * @param wakes wakes and starts out of a sleep
 * @param depths every depth with what it has meant for this service, lightest first
 */
public record ServiceEfficiency(
        ServiceName name,
        Priority priority,
        ServiceState state,
        @Nullable SleepDepth depth,
        Duration asleep,
        Duration awake,
        long wakes,
        List<DepthFigures> depths) {
    public ServiceEfficiency {
        depths = List.copyOf(depths);
    }
}
