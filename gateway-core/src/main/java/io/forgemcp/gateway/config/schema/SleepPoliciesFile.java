package io.forgemcp.gateway.config.schema;

import io.forgemcp.gateway.config.read.DataSize;
import io.forgemcp.gateway.config.read.Key;
import io.forgemcp.gateway.service.Priority;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code sleep-policies/default.yaml}: sleep policies for services that say nothing themselves. */
public record SleepPoliciesFile(
        @Key("What holds for every service that says nothing else.")
        Defaults globalSettings,

        @Key("Groups of services with a common sleep policy.")
        Map<String, ServiceClass> serviceClasses,

        @Key("What is recorded about sleeping.") Recording monitoring) {
    /** The name of the file. */
    public static final String NAME = "sleep-policies/default.yaml";

    /** What holds for every service that says nothing else. */
    public record Defaults(
            @Key(value = "How long after the last served request ended a service falls asleep.", standard = "5m")
            Duration defaultIdleTimeout,

            @Key(value = "Least time awake.", standard = "60s")
            Duration minSleepTime,

            @Key(
                    value = "Time between two looks for idle services; sleep_settings.yml comes first.",
                    standard = "30s",
                    min = 1)
            Duration checkInterval,

            @Key(value = "The longest a wake should take.", standard = "200ms", unit = "ms")
            Duration maxWakeTime) {}

    /** A group of services with a common sleep policy. */
    public record ServiceClass(
            @Key(value = "Whether they ever sleep on their own.", standard = "true")
            boolean sleepEnabled,

            @Key("Whether they are started with the gateway; services.yml comes first.") @Nullable
            Boolean autoStart,

            @Key("Their priority; services.yml, wake_priorities and qos come first.") @Nullable
            Priority priority,

            @Key("How long after the last served request ended they fall asleep.") @Nullable
            Duration idleTimeout,

            @Key("Least time awake.") @Nullable Duration minSleepTime,

            @Key("The memory each is expected to keep while asleep.") @Nullable
            DataSize memoryReservation,

            @Key("The services of the group.") List<String> services) {}

    /** What is recorded about sleeping. */
    public record Recording(
            @Key(value = "Whether measurements are taken.", standard = "true")
            boolean metricsEnabled,

            @Key(value = "Time between two health checks.", standard = "30s", min = 1)
            Duration healthCheckInterval,

            @Key(value = "Whether wake times are recorded.", standard = "true")
            boolean performanceTracking,

            @Key(value = "Whether use of memory and processor is logged.", standard = "true")
            boolean resourceUsageLogging) {}
}
