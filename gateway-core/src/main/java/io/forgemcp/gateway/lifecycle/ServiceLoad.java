package io.forgemcp.gateway.lifecycle;

import io.forgemcp.gateway.service.ServiceName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How busy a service is at one moment, measured: what scaling decides on. What is unknown is null, never zero.
 *
 * @param awake instances that run
 * @param starting instances that start or wake
 * @param activeCalls leases held on all instances: calls, subscriptions of clients with sessions, and tasks
 * @param waitingCalls callers that wait for a lease
 * @param cpu mean processor use of the running instances as a share of their ceiling, 1 is all of it; null if it was not
 *     measured or there is no ceiling
 * @param memory the same for memory
 * @param awakeTime how long it has run since the gateway started
 * @param asleepTime how long it has slept since then
 * @param instances each instance for itself, sleeping ones included
 */
public record ServiceLoad(
        ServiceName name,
        Instant at,
        int awake,
        int starting,
        int activeCalls,
        int waitingCalls,
        @Nullable Double cpu,
        @Nullable Double memory,
        Duration awakeTime,
        Duration asleepTime,
        List<ServiceStatus.InstanceStatus> instances) {
    public ServiceLoad {
        instances = List.copyOf(instances);
    }
}
