package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.config.read.Position;
import io.forgemcp.gateway.config.read.Reading;
import io.forgemcp.gateway.config.schema.ResourcesFile;
import io.forgemcp.gateway.config.schema.ScalingFile;
import io.forgemcp.gateway.config.schema.ServicesFile;
import io.forgemcp.gateway.config.schema.SleepFile;
import io.forgemcp.gateway.config.schema.SleepPoliciesFile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds services that one file knows and another does not. */
final class NameChecks {
    private final Reading reading;
    private final ConfigurationFiles files;

    NameChecks(Reading reading, ConfigurationFiles files) {
        this.reading = reading;
        this.files = files;
    }

    void check(Configuration configuration) {
        Set<String> known = new LinkedHashSet<>(BuiltIn.SERVICES);
        known.addAll(BuiltIn.COMPONENTS);
        configuration.services().forEach(service -> known.add(service.name().value()));
        known.addAll(files.services().services().keySet());
        unknown(
                ScalingFile.NAME,
                "service_policies",
                files.scaling().servicePolicies().keySet(),
                known);
        unknown(
                ResourcesFile.NAME,
                "service_categories",
                files.resources().serviceCategories().keySet(),
                known);
        unknown(
                ResourcesFile.NAME,
                "qos.service_priorities",
                files.resources().qos().servicePriorities().keySet(),
                known);
        unknown(
                ResourcesFile.NAME,
                "emergency.protection_order",
                files.resources().emergency().protectionOrder(),
                known);
        SleepFile.WakePriorities wake = files.wakePriorities();
        List<String> woken = new ArrayList<>(wake.critical());
        woken.addAll(wake.high());
        woken.addAll(wake.normal());
        woken.addAll(wake.low());
        boolean nested = files.sleep().sleepSettings().wakePriorities() != null;
        unknown(SleepFile.NAME, nested ? "sleep_settings.wake_priorities" : "wake_priorities", woken, known);
        files.sleepPolicies()
                .serviceClasses()
                .forEach((name, group) -> unknown(
                        SleepPoliciesFile.NAME, "service_classes." + name + ".services", group.services(), known));
        reportUnmapped();
    }

    private void unknown(String file, String key, Collection<String> names, Set<String> known) {
        List<String> strangers =
                names.stream().filter(name -> !known.contains(name)).distinct().toList();
        if (!strangers.isEmpty()) {
            reading.report(
                    Finding.Severity.WARNING,
                    reading.position(file, key).orElse(reading.at(file, 0)),
                    key,
                    "Not defined in " + reading.at(ServicesFile.NAME, 0) + ": " + String.join(", ", strangers)
                            + ". What is said about them here has no effect. Define them or remove them here.");
        }
    }

    /** Services that have no policy, category and priority, although files of policies and categories exist. */
    private void reportUnmapped() {
        Set<String> policies = files.scaling().servicePolicies().keySet();
        Set<String> categories = files.resources().serviceCategories().keySet();
        Set<String> priorities = files.resources().qos().servicePriorities().keySet();
        Optional<Position> mapping = reading.position(ScalingFile.NAME, "service_policies")
                .or(() -> reading.position(ResourcesFile.NAME, "service_categories"));
        if (mapping.isEmpty()) {
            return;
        }
        Set<String> services = files.services().services().keySet();
        for (String service : services) {
            List<String> missing = new ArrayList<>();
            if (!policies.isEmpty() && !policies.contains(service)) {
                missing.add("policy in " + reading.at(ScalingFile.NAME, 0));
            }
            if (!categories.isEmpty() && !categories.contains(service)) {
                missing.add("category in " + reading.at(ResourcesFile.NAME, 0));
            }
            if (!priorities.isEmpty() && !priorities.contains(service)) {
                missing.add("qos priority in " + reading.at(ResourcesFile.NAME, 0));
            }
            if (!missing.isEmpty()) {
                reading.report(
                        Finding.Severity.WARNING,
                        reading.position(ServicesFile.NAME, "services." + service)
                                .orElse(reading.at(ServicesFile.NAME, 0)),
                        "services." + service,
                        "The service has no " + String.join(", no ", missing)
                                + ". The policy default, no ceiling and its own priority are used. Add what is missing.");
            }
        }
        long mapped = services.stream()
                .filter(s -> policies.contains(s) || categories.contains(s))
                .count();
        if (mapped > 0 && mapped < services.size()) {
            reading.report(
                    Finding.Severity.WARNING,
                    reading.position(ServicesFile.NAME, "services").orElse(reading.at(ServicesFile.NAME, 0)),
                    "services",
                    services.size() + " services are defined here, but " + mapping.get() + " knows " + mapped
                            + " of them. All " + services.size() + " are used.");
        }
    }
}
