package io.forgemcp.gateway.lifecycle;

/**
 * What holds for all services of a gateway together.
 *
 * @param sleep how sleeping works; may be changed later
 * @param budget what services may use while awake
 * @param emergency what is done when resources run out
 */
public record SystemPolicy(SleepSettings sleep, ServiceBudget budget, EmergencySettings emergency) {
    /** No limits, no emergencies. */
    public static final SystemPolicy NONE =
            new SystemPolicy(SleepSettings.DEFAULT, ServiceBudget.UNLIMITED, EmergencySettings.NONE);

    public SystemPolicy withSleep(SleepSettings value) {
        return new SystemPolicy(value, budget, emergency);
    }
}
