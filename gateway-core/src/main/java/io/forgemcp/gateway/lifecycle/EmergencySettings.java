package io.forgemcp.gateway.lifecycle;

import java.util.List;
import java.util.Set;

/**
 * When resources have run out, and what is done then.
 *
 * @param memory share of the machine's memory in use from which on it is an emergency
 * @param cpu the same for its processors
 * @param disk the same for the disk with the gateway's data
 * @param failureRate share of the calls that failed
 * @param actions one after another, for as long as the emergency lasts; none to do nothing
 * @param spared services that no action touches
 */
public record EmergencySettings(
        double memory, double cpu, double disk, double failureRate, List<Action> actions, Set<String> spared) {
    /** Nothing is done. */
    public static final EmergencySettings NONE = new EmergencySettings(1, 1, 1, 1, List.of(), Set.of());

    public EmergencySettings {
        actions = List.copyOf(actions);
        spared = Set.copyOf(spared);
    }

    /** What can be done. */
    public enum Action {
        /** Idle timeouts are a quarter of what they are, until it is over. */
        INCREASE_SLEEP_FREQUENCY,
        /** Every service that nobody uses is put to sleep, its least time awake set aside. */
        FORCE_SLEEP_ALL_SERVICES,
        /** Services that nobody uses are stopped, asleep or not, except critical ones. */
        STOP_NON_CRITICAL_SERVICES,
        /** Services get three quarters of their common budget, until it is over. */
        REDUCE_SERVICE_LIMITS,
        /** The gateway collects its garbage, and sleeping services go as deep as they may. */
        ENABLE_AGGRESSIVE_GC
    }
}
