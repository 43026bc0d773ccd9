package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Durations;
import io.forgemcp.gateway.config.schema.MonitoringFile;
import io.forgemcp.gateway.config.schema.ResourcesFile;
import io.forgemcp.gateway.config.schema.ScalingFile;
import io.forgemcp.gateway.config.schema.SleepFile;
import io.forgemcp.gateway.config.schema.SleepPoliciesFile;
import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Makes the files about policies and limits agree with one another and with {@code services.yml}. */
final class PolicyMigration {
    private static final double MIB = 1024.0 * 1024.0;

    private final Map<String, YamlTree> trees;
    private final Configuration configuration;
    private final Consumer<String> changes;

    PolicyMigration(Map<String, YamlTree> trees, Configuration configuration, Consumer<String> changes) {
        this.trees = trees;
        this.configuration = configuration;
        this.changes = changes;
    }

    void run() {
        limits();
        priorities();
        for (ServiceDefinition service : local()) {
            policy(service);
            category(service);
        }
        YamlTree classes = tree(SleepPoliciesFile.NAME);
        configuration.files().sleepPolicies().serviceClasses().keySet().forEach(name -> {
            List<String> kept = classes.texts("service_classes", name, "services").stream()
                    .filter(BuiltIn.COMPONENTS::contains)
                    .toList();
            change(classes, SleepPoliciesFile.NAME, new ArrayList<>(kept), "service_classes", name, "services");
        });
    }

    private List<ServiceDefinition> local() {
        return configuration.services().stream()
                .filter(service -> configuration
                        .files()
                        .services()
                        .services()
                        .containsKey(service.name().value()))
                .toList();
    }

    private void limits() {
        SystemLimits limits = configuration.limits();
        double gigabytes = limits.memory().bytes() / MIB / 1024;
        replace(ScalingFile.NAME, gigabytes, "global_settings", "system_limits", "max_memory_gb");
        replace(ResourcesFile.NAME, gigabytes, "system_limits", "max_memory_gb");
        replace(ScalingFile.NAME, limits.cpuCores(), "global_settings", "system_limits", "max_cpu_cores");
        replace(ResourcesFile.NAME, limits.cpuCores(), "system_limits", "max_cpu_cores");
        replace(ScalingFile.NAME, limits.concurrentServices(), "global_settings", "max_concurrent_services");
        replace(ResourcesFile.NAME, limits.concurrentServices(), "system_limits", "max_total_services");
        int sum = configuration.files().resources().scalingConstraints().maxConcurrent().values().stream()
                .mapToInt(Integer::intValue)
                .sum();
        if (sum != 0 && sum != limits.concurrentServices()) {
            tree(ResourcesFile.NAME).remove("scaling_constraints", "max_concurrent");
            changes.accept(ResourcesFile.NAME + ": scaling_constraints.max_concurrent is gone: its sum " + sum
                    + " contradicted the limit of " + limits.concurrentServices());
        }
        String cooldown = Durations.format(limits.cooldown());
        replace(ScalingFile.NAME, cooldown, "global_settings", "cooldown_period");
        replace(ResourcesFile.NAME, cooldown, "scaling_constraints", "auto_scale", "cooldown_period");
        ResourcesFile.WakeTimes targets =
                configuration.files().resources().efficiencyTargets().wakeTimeTargets();
        replace(
                MonitoringFile.NAME,
                seconds(targets.highPriority()),
                "performance_targets",
                "wake_time",
                "high_priority");
        replace(
                MonitoringFile.NAME,
                seconds(targets.normalPriority()),
                "performance_targets",
                "wake_time",
                "normal_priority");
        replace(
                MonitoringFile.NAME,
                seconds(targets.lowPriority()),
                "performance_targets",
                "wake_time",
                "low_priority");
    }

    private void priorities() {
        Map<String, Object> byService = new LinkedHashMap<>();
        Map<String, Object> byPriority = new LinkedHashMap<>();
        for (Priority priority : Priority.values()) {
            String written = priority.name().toLowerCase(Locale.ROOT);
            List<String> names = local().stream()
                    .filter(service -> service.priority() == priority)
                    .map(service -> service.name().value())
                    .toList();
            names.forEach(name -> byService.put(name, written));
            byPriority.put(written, new ArrayList<>(names));
        }
        if (tree(ResourcesFile.NAME).find("qos", "service_priorities").isPresent()) {
            change(tree(ResourcesFile.NAME), ResourcesFile.NAME, byService, "qos", "service_priorities");
        }
        YamlTree sleep = tree(SleepFile.NAME);
        if (sleep.find("sleep_settings", "wake_priorities").isPresent()) {
            sleep.remove("wake_priorities");
            change(sleep, SleepFile.NAME, byPriority, "sleep_settings", "wake_priorities");
        } else if (sleep.find("wake_priorities").isPresent()) {
            change(sleep, SleepFile.NAME, byPriority, "wake_priorities");
        }
    }

    private void policy(ServiceDefinition service) {
        YamlTree scaling = tree(ScalingFile.NAME);
        if (scaling.find("service_policies").isEmpty()) {
            return;
        }
        String name = service.name().value();
        String policy = service.policy();
        Duration idle = service.sleepPolicy().idleTimeout();
        ScalingFile.Policy current = configuration.files().scaling().policies().get(policy);
        if (current != null && !current.idleTimeout().equals(idle)) {
            // The same policy with the service's own idle timeout, which is the one in use.
            String own = policy + "-" + Durations.format(idle);
            Map<String, Object> copy = new LinkedHashMap<>(scaling.map("policies", policy));
            copy.put("idle_timeout", Durations.format(idle));
            scaling.set(copy, "policies", own);
            policy = own;
        }
        change(scaling, ScalingFile.NAME, policy, "service_policies", name);
    }

    private void category(ServiceDefinition service) {
        YamlTree resources = tree(ResourcesFile.NAME);
        if (service.category() != null || resources.find("service_categories").isEmpty()) {
            return;
        }
        Long memory = service.resources().memoryBytes();
        Double cpu = service.resources().cpuCores();
        Map<String, ResourcesFile.Category> known = new LinkedHashMap<>(BuiltIn.CATEGORIES);
        known.putAll(configuration.files().resources().serviceLimits());
        known.entrySet().stream()
                .filter(category -> memory == null
                        || memory <= category.getValue().maxMemoryMb().bytes())
                .filter(category -> cpu == null || cpu <= category.getValue().maxCpuCores())
                .min(java.util.Comparator.comparing(
                        category -> category.getValue().maxMemoryMb().bytes()))
                .ifPresent(category -> change(
                        resources,
                        ResourcesFile.NAME,
                        category.getKey(),
                        "service_categories",
                        service.name().value()));
    }

    private void replace(String file, Object value, String... path) {
        if (tree(file).find(path).isPresent()) {
            Object written = tree(file).find(path).orElse("");
            boolean same = written instanceof Number number && value instanceof Number wanted
                    ? number.doubleValue() == wanted.doubleValue()
                    : value instanceof String text && sameDuration(written.toString(), text);
            if (!same) {
                change(tree(file), file, value, path);
            }
        }
    }

    private static boolean sameDuration(String written, String wanted) {
        return !written.contains("$") && Durations.parse(written, "").equals(Durations.parse(wanted, ""));
    }

    private void change(YamlTree tree, String file, Object value, String... path) {
        Object before = tree.find(path).orElse(null);
        if (!value.equals(before)) {
            tree.set(value, path);
            boolean section = value instanceof Map || value instanceof List;
            changes.accept(file + ": " + String.join(".", path)
                    + (section
                            ? " agrees with services.yml"
                            : " is " + value + (before == null ? "" : " instead of " + before)));
        }
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private YamlTree tree(String file) {
        return java.util.Objects.requireNonNull(trees.get(file), file);
    }
}
