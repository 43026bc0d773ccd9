package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Reading;
import io.forgemcp.gateway.config.schema.ResourcesFile;
import io.forgemcp.gateway.config.schema.ServiceEntry;
import io.forgemcp.gateway.config.schema.ServicesFile;
import io.forgemcp.gateway.config.schema.SleepFile;
import io.forgemcp.gateway.config.schema.SleepPoliciesFile;
import io.forgemcp.gateway.service.Priority;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The priority of a service: {@code services.yml}, then {@code wake_priorities}, then {@code qos.service_priorities}, then
 * the sleep class, else normal.
 */
final class PriorityReader {
    private final Reading reading;
    private final ConfigurationFiles files;

    PriorityReader(Reading reading, ConfigurationFiles files) {
        this.reading = reading;
        this.files = files;
    }

    Priority priority(String service, ServiceEntry entry) {
        Sayings<Priority> sayings = new Sayings<Priority>("The priority of " + service)
                .add(
                        entry.sleepPolicy().priority(),
                        reading,
                        ServicesFile.NAME,
                        "services." + service + ".sleep_policy.priority");
        byWakePriorities(service, sayings);
        sayings.add(
                files.resources().qos().servicePriorities().get(service),
                reading,
                ResourcesFile.NAME,
                "qos.service_priorities." + service);
        files.sleepPolicies().serviceClasses().forEach((name, group) -> {
            if (group.services().contains(service)) {
                sayings.add(group.priority(), reading, SleepPoliciesFile.NAME, "service_classes." + name + ".priority");
            }
        });
        return sayings.reconcile(reading, priority -> priority.name().toLowerCase(Locale.ROOT))
                .orElse(Priority.NORMAL);
    }

    private void byWakePriorities(String service, Sayings<Priority> sayings) {
        boolean nested = files.sleep().sleepSettings().wakePriorities() != null;
        String section = nested ? "sleep_settings.wake_priorities." : "wake_priorities.";
        SleepFile.WakePriorities wake = files.wakePriorities();
        Map<Priority, List<String>> lists = new EnumMap<>(Priority.class);
        lists.put(Priority.CRITICAL, wake.critical());
        lists.put(Priority.HIGH, wake.high());
        lists.put(Priority.NORMAL, wake.normal());
        lists.put(Priority.LOW, wake.low());
        lists.forEach((priority, services) -> {
            int index = services.indexOf(service);
            if (index >= 0) {
                sayings.add(
                        priority,
                        reading,
                        SleepFile.NAME,
                        section + priority.name().toLowerCase(Locale.ROOT) + "[" + index + "]");
            }
        });
    }
}
