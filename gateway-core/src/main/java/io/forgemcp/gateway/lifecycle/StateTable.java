package io.forgemcp.gateway.lifecycle;

import static io.forgemcp.gateway.lifecycle.ServiceState.ERROR;
import static io.forgemcp.gateway.lifecycle.ServiceState.RUNNING;
import static io.forgemcp.gateway.lifecycle.ServiceState.SLEEPING;
import static io.forgemcp.gateway.lifecycle.ServiceState.STARTING;
import static io.forgemcp.gateway.lifecycle.ServiceState.STOPPED;
import static io.forgemcp.gateway.lifecycle.ServiceState.STOPPING;
import static io.forgemcp.gateway.lifecycle.ServiceState.WAKING;

import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which state may follow which, and how the states of several instances add up to the state of their service. Three
 * transitions are rare: from starting to sleeping for an instance that was asleep when it was taken over, from sleeping to
 * running for one that somebody thawed by hand, and from sleeping to sleeping for one that goes deeper.
 */
final class StateTable {
    private static final Map<ServiceState, Set<ServiceState>> NEXT = new EnumMap<>(Map.of(
            STOPPED, EnumSet.of(STARTING),
            STARTING, EnumSet.of(RUNNING, SLEEPING, ERROR, STOPPING),
            RUNNING, EnumSet.of(SLEEPING, STOPPING, ERROR),
            SLEEPING, EnumSet.of(WAKING, RUNNING, SLEEPING, STOPPING, ERROR),
            WAKING, EnumSet.of(RUNNING, STOPPING, ERROR),
            STOPPING, EnumSet.of(STOPPED, ERROR),
            ERROR, EnumSet.of(STARTING, STOPPED)));

    /** The most awake state wins: a service with one running instance is running, whatever the others do. */
    private static final List<ServiceState> MOST_AWAKE_FIRST =
            List.of(RUNNING, WAKING, STARTING, SLEEPING, STOPPING, ERROR, STOPPED);

    private StateTable() {}

    static boolean allows(ServiceState from, ServiceState to) {
        return NEXT.getOrDefault(from, Set.of()).contains(to);
    }

    /**
     * The state of a service whose instances are in these states; stopped if there are none. Each instance keeps to the
     * table; the sum of several may skip a step, for example when the only running one of two crashes.
     */
    static ServiceState combined(Collection<ServiceState> instances) {
        return MOST_AWAKE_FIRST.stream().filter(instances::contains).findFirst().orElse(STOPPED);
    }
}
