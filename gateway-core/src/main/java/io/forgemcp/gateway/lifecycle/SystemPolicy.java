package io.forgemcp.gateway.lifecycle;

/**
 * What holds for all services of a gateway together.
 *
 * @param sleep how sleeping works; may be changed later
 * @param budget what services may use while awake
 */
public record SystemPolicy(SleepSettings sleep, ServiceBudget budget) {
    /** No limits, nothing watched. */
    public static final SystemPolicy NONE = new SystemPolicy(SleepSettings.DEFAULT, ServiceBudget.UNLIMITED);
}
