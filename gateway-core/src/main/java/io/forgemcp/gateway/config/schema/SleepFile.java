package io.forgemcp.gateway.config.schema;

import io.forgemcp.gateway.config.read.DataSize;
import io.forgemcp.gateway.config.read.Key;
import io.forgemcp.gateway.config.read.Ratio;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code sleep_settings.yml}. Three sections are accepted beside and under {@code sleep_settings}; where both are
 * written, the one under it is used.
 */
public record SleepFile(
        @Key("How sleeping works for all services.") Settings sleepSettings,

        @Key("Services by priority, if services.yml does not say it.") @Nullable
        WakePriorities wakePriorities,

        @Key("When memory or processor counts as scarce.") @Nullable
        Thresholds resourceThresholds,

        @Key("What is remembered about sleeping.") @Nullable History monitoring) {
    /** The name of the file. */
    public static final String NAME = "sleep_settings.yml";

    /** How sleeping works for all services. */
    public record Settings(
            @Key(value = "Whether any service sleeps on its own.", standard = "true")
            boolean enabled,

            @Key(value = "Beyond this number the service that is longest asleep is stopped.", standard = "15")
            int maxSleepingServices,

            @Key(value = "Memory of all services together beyond which they are put to sleep early.", standard = "4GB")
            DataSize systemMemoryThreshold,

            @Key(value = "Time between two looks for idle services.", standard = "30s", min = 1)
            Duration sleepCheckInterval,

            @Key(value = "How long a call waits for its service before it fails with 504.", standard = "60s", min = 1)
            Duration wakeTimeout,

            @Key("When measured use leads to sleep.") ResourceMonitoring resourceMonitoring,

            @Key("What makes waking faster and sleeping cheaper.")
            Optimization performanceOptimization,

            @Key("As beside `sleep_settings`.") @Nullable WakePriorities wakePriorities,
            @Key("As beside `sleep_settings`.") @Nullable Thresholds resourceThresholds,
            @Key("As beside `sleep_settings`.") @Nullable History monitoring) {}

    /** When measured use leads to sleep. */
    public record ResourceMonitoring(
            @Key(value = "Whether use is watched.", standard = "true")
            boolean enabled,

            @Key(value = "Part of the processors in use that counts as much.", standard = "0.8")
            Ratio cpuThreshold,

            @Key(value = "Part of the memory in use that counts as much.", standard = "0.85")
            Ratio memoryThreshold,

            @Key(value = "Time between two measurements.", standard = "60s", min = 1)
            Duration checkInterval) {}

    /** What makes waking faster and sleeping cheaper. */
    public record Optimization(
            @Key(value = "Wake critical services before they are called.", standard = "true")
            boolean preWarmCriticalServices,

            @Key(value = "Fetch images before they are needed.", standard = "true")
            boolean cacheContainerImages,

            @Key(
                    value =
                            "Wake services that are likely to be called soon: by a forecast learnt from earlier calls, or because a search found their tools.",
                    standard = "true")
            boolean wakePredictionEnabled,

            @Key(value = "Give memory of sleeping services back.", standard = "true")
            boolean memoryOptimizationEnabled) {}

    /** Services by priority. */
    public record WakePriorities(
            @Key("Never put to sleep by memory pressure.") List<String> critical,
            @Key("Woken before normal ones.") List<String> high,
            @Key("Everything that is not named.") List<String> normal,
            @Key("Put to sleep first.") List<String> low) {
        /** No service named. */
        public static final WakePriorities NONE = new WakePriorities(List.of(), List.of(), List.of(), List.of());
    }

    /** When memory or processor counts as scarce. */
    public record Thresholds(
            @Key(value = "From here also services of normal and high priority are put to sleep.", standard = "0.9")
            Ratio highMemoryPressure,

            @Key(value = "From here services of low priority are put to sleep.", standard = "0.75")
            Ratio moderateMemoryPressure,

            @Key(value = "Below this, pressure is over.", standard = "0.5")
            Ratio lowMemoryPressure,

            @Key(value = "Processor use that counts as pressure.", standard = "0.8")
            Ratio cpuPressureThreshold,

            @Key(value = "Processor use below which a service counts as idle.", standard = "0.1")
            Ratio idleCpuThreshold) {
        /** What holds where nothing is said. */
        public static final Thresholds DEFAULT =
                new Thresholds(new Ratio(0.9), new Ratio(0.75), new Ratio(0.5), new Ratio(0.8), new Ratio(0.1));

        public Thresholds {
            if (lowMemoryPressure.value() > moderateMemoryPressure.value()
                    || moderateMemoryPressure.value() > highMemoryPressure.value()) {
                throw new IllegalArgumentException("The pressure levels must rise: low_memory_pressure "
                        + lowMemoryPressure + ", moderate_memory_pressure " + moderateMemoryPressure
                        + ", high_memory_pressure " + highMemoryPressure + ".");
            }
        }
    }

    /** What is remembered about sleeping. */
    public record History(
            @Key(value = "How many hours measurements are kept.", standard = "24")
            int metricsRetentionHours,

            @Key(value = "How many measurements are kept.", standard = "1000")
            int performanceHistorySize,

            @Key("What raises an alert.") AlertThresholds alertThresholds) {
        /** What holds where nothing is said. */
        public static final History DEFAULT = new History(24, 1000, new AlertThresholds(500, 10, 5));
    }

    /** What raises an alert. */
    public record AlertThresholds(
            @Key(value = "A wake longer than this many milliseconds.", standard = "500")
            int wakeTimeMs,

            @Key(value = "More sleeps of one service in an hour.", standard = "10")
            int sleepFrequencyPerHour,

            @Key(value = "More failed calls in a hundred.", standard = "5", max = 100)
            double errorRatePercent) {}
}
