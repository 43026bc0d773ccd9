package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.schema.ComplianceFile;
import io.forgemcp.gateway.config.schema.DashboardFile;
import io.forgemcp.gateway.config.schema.MonitoringFile;
import io.forgemcp.gateway.config.schema.ResourcesFile;
import io.forgemcp.gateway.config.schema.SecurityFile;
import io.forgemcp.gateway.config.schema.ServicesFile;
import io.forgemcp.gateway.config.schema.SleepFile;
import io.forgemcp.gateway.config.schema.SleepPoliciesFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The keys that are read and checked but change nothing in this version, or are only shown, in the one place where they
 * are listed. Loading
 * says so for each that is written, and the reference in {@code docs/configuration.md} says so for all. A key that stands
 * for a section stands for everything in it. Whoever gives a key its effect takes it off this list.
 */
final class KeysWithoutEffect {
    private static final Map<String, Set<String>> KEYS = Map.of(
            SleepFile.NAME,
            Set.of(
                    "sleep_settings.performance_optimization.cache_container_images",
                    "sleep_settings.monitoring.metrics_retention_hours",
                    "sleep_settings.monitoring.performance_history_size",
                    "monitoring.metrics_retention_hours",
                    "monitoring.performance_history_size"),
            SleepPoliciesFile.NAME,
            Set.of("global_settings.check_interval", "global_settings.max_wake_time", "monitoring"),
            ResourcesFile.NAME,
            Set.of(
                    "scaling_constraints.utilization_thresholds",
                    "scaling_constraints.auto_scale.scale_up_memory_threshold",
                    "scaling_constraints.auto_scale.scale_up_cpu_threshold",
                    "scaling_constraints.auto_scale.scale_down_memory_threshold",
                    "scaling_constraints.auto_scale.scale_down_cpu_threshold",
                    "monitoring",
                    "qos.priorities",
                    "efficiency_targets"),
            MonitoringFile.NAME,
            Set.of(
                    "global.enabled",
                    "global.metrics_port",
                    "global.health_check_interval",
                    "metrics",
                    "dashboards",
                    "health_checks",
                    "logging",
                    "integrations",
                    "performance_targets"),
            DashboardFile.NAME,
            Set.of("dashboard", "metrics", "alerts", "services", "compliance", "performance_targets", "layout"),
            ComplianceFile.NAME,
            Set.of(
                    "service_requirements",
                    "resource_templates",
                    "verification_procedures",
                    "reporting.report_format",
                    "non_compliance_handling",
                    "continuous_compliance",
                    "documentation",
                    "training",
                    "version_control",
                    "success_metrics"),
            SecurityFile.NAME,
            Set.of("security"));

    private static final Map<String, Set<String>> ONLY_SHOWN =
            Map.of(ServicesFile.NAME, Set.of("services.<name>.sleep_policy.memory_reservation"));

    private static final Set<String> REGISTRATION_FILES = Set.of(RegistrationRows.PROMPTS, RegistrationRows.RESOURCES);

    private KeysWithoutEffect() {}

    /** The registration files whose rows change nothing in this version. */
    static Set<String> registrationFiles() {
        return REGISTRATION_FILES;
    }

    /** What to say about exactly this key; empty if it takes effect. */
    static Optional<String> remark(String file, String pattern) {
        if (KEYS.getOrDefault(file, Set.of()).contains(pattern)) {
            return Optional.of("This key is read and checked but has no effect in this version.");
        }
        if (ONLY_SHOWN.getOrDefault(file, Set.of()).contains(pattern)) {
            return Optional.of("This key is shown in the status of services but not enforced in this version.");
        }
        return Optional.empty();
    }

    /** Whether this key, or a section it is in, has no effect at all. */
    static boolean covers(String file, String pattern) {
        return covers(KEYS, file, pattern);
    }

    /** Whether this key, or a section it is in, is shown and nothing else. */
    static boolean onlyShows(String file, String pattern) {
        return covers(ONLY_SHOWN, file, pattern);
    }

    private static boolean covers(Map<String, Set<String>> keys, String file, String pattern) {
        return keys.getOrDefault(file, Set.of()).stream()
                .anyMatch(listed ->
                        pattern.equals(listed) || pattern.startsWith(listed + ".") || pattern.startsWith(listed + "["));
    }

    /** The lists, by file. */
    static List<Map<String, Set<String>>> all() {
        return List.of(KEYS, ONLY_SHOWN);
    }
}
