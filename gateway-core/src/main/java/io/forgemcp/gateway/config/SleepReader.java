package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.DataSize;
import io.forgemcp.gateway.config.read.Durations;
import io.forgemcp.gateway.config.read.Reading;
import io.forgemcp.gateway.config.schema.ScalingFile;
import io.forgemcp.gateway.config.schema.ServiceEntry;
import io.forgemcp.gateway.config.schema.ServicesFile;
import io.forgemcp.gateway.config.schema.SleepPoliciesFile;
import io.forgemcp.gateway.service.SleepPolicy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The sleep policy of a service: what its entry says, then its class in {@code sleep-policies/default.yaml}, then its
 * scaling policy, then the global default.
 */
final class SleepReader {
    private final Reading reading;
    private final ConfigurationFiles files;
    private final WakeScheduleReader schedules;

    SleepReader(Reading reading, ConfigurationFiles files) {
        this.reading = reading;
        this.schedules = new WakeScheduleReader(reading);
        this.files = files;
    }

    SleepPolicy policy(String service, ServiceEntry entry, String policyName, ScalingFile.Policy scaling) {
        ServiceEntry.Sleep own = entry.sleepPolicy();
        Optional<SleepPoliciesFile.ServiceClass> group = classOf(service);
        boolean enabled = own.enabled() != null
                ? own.enabled()
                : group.map(SleepPoliciesFile.ServiceClass::sleepEnabled).orElse(true);
        DataSize reservation = own.memoryReservation() != null
                ? own.memoryReservation()
                : group.map(SleepPoliciesFile.ServiceClass::memoryReservation).orElse(null);
        return new SleepPolicy(
                enabled,
                idleTimeout(service, own.idleTimeout(), policyName, scaling),
                minSleepTime(own.minSleepTime(), group),
                reservation == null ? null : reservation.bytes(),
                own.depth(),
                schedules.read(service, entry, enabled, scaling));
    }

    Optional<SleepPoliciesFile.ServiceClass> classOf(String service) {
        return classEntry(service).map(Map.Entry::getValue);
    }

    private Optional<Map.Entry<String, SleepPoliciesFile.ServiceClass>> classEntry(String service) {
        return files.sleepPolicies().serviceClasses().entrySet().stream()
                .filter(group -> group.getValue().services().contains(service))
                .findFirst();
    }

    private Duration idleTimeout(
            String service, @Nullable Duration own, String policyName, ScalingFile.Policy scaling) {
        Sayings<Duration> sayings = new Sayings<Duration>("The idle timeout of " + service)
                .add(own, reading, ServicesFile.NAME, "services." + service + ".sleep_policy.idle_timeout");
        classEntry(service)
                .ifPresent(group -> sayings.add(
                        group.getValue().idleTimeout(),
                        reading,
                        SleepPoliciesFile.NAME,
                        "service_classes." + group.getKey() + ".idle_timeout"));
        boolean mapped = files.scaling().servicePolicies().containsKey(service);
        if (mapped) {
            sayings.add(scaling.idleTimeout(), reading, ScalingFile.NAME, "policies." + policyName + ".idle_timeout");
        }
        return sayings.reconcile(reading, Durations::format)
                .orElse(
                        mapped
                                ? scaling.idleTimeout()
                                : files.sleepPolicies().globalSettings().defaultIdleTimeout());
    }

    private Duration minSleepTime(@Nullable Duration own, Optional<SleepPoliciesFile.ServiceClass> group) {
        if (own != null) {
            return own;
        }
        return group.map(SleepPoliciesFile.ServiceClass::minSleepTime)
                .orElse(files.sleepPolicies().globalSettings().minSleepTime());
    }
}
