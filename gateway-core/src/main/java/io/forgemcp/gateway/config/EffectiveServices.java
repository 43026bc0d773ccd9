package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.DataSize;
import io.forgemcp.gateway.config.read.Durations;
import io.forgemcp.gateway.config.read.EffectiveValue;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the merging of all files came to, as rows of {@code config show}. */
final class EffectiveServices {
    private static final String FILE = "effective";
    private static final String MERGED = "merged from all files";

    private EffectiveServices() {}

    static List<EffectiveValue> rows(Configuration configuration) {
        List<EffectiveValue> rows = new ArrayList<>();
        for (ServiceDefinition service : configuration.services()) {
            add(rows, service, "runtime", service.runtime());
            add(rows, service, "transport", service.wire());
            add(rows, service, "isolation", service.isolation());
            add(rows, service, "priority", service.priority());
            add(rows, service, "policy", service.policy());
            add(rows, service, "category", service.category() == null ? "none" : service.category());
            add(
                    rows,
                    service,
                    "instances",
                    service.instances().min() + " to " + service.instances().max());
            Long memory = service.resources().memoryBytes();
            add(rows, service, "memory", memory == null ? "unlimited" : new DataSize(memory));
            Double cpu = service.resources().cpuCores();
            add(rows, service, "cpu", cpu == null ? "unlimited" : cpu);
            add(rows, service, "sleep", service.sleepPolicy().enabled());
            add(
                    rows,
                    service,
                    "idle_timeout",
                    Durations.format(service.sleepPolicy().idleTimeout()));
            add(
                    rows,
                    service,
                    "min_sleep_time",
                    Durations.format(service.sleepPolicy().minSleepTime()));
            if (service.unavailable() != null) {
                add(rows, service, "unavailable", service.unavailable());
            }
        }
        SystemLimits limits = configuration.limits();
        rows.add(new EffectiveValue(FILE, "limits.memory", limits.memory().toString(), MERGED));
        rows.add(new EffectiveValue(
                FILE, "limits.service_memory", limits.serviceMemory().toString(), MERGED));
        rows.add(new EffectiveValue(FILE, "limits.cpu", Double.toString(limits.cpuCores()), MERGED));
        rows.add(new EffectiveValue(
                FILE, "limits.concurrent_services", Integer.toString(limits.concurrentServices()), MERGED));
        rows.add(new EffectiveValue(FILE, "limits.cooldown", Durations.format(limits.cooldown()), MERGED));
        return rows;
    }

    private static void add(List<EffectiveValue> rows, ServiceDefinition service, String key, Object value) {
        String text = value instanceof Enum<?> constant
                ? constant.name().toLowerCase(Locale.ROOT).replace('_', '-')
                : value.toString();
        rows.add(new EffectiveValue(FILE, service.name() + "." + key, text, MERGED));
    }
}
