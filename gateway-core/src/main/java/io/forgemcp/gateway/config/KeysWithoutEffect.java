package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.schema.ComplianceFile;
import io.forgemcp.gateway.config.schema.DashboardFile;
import io.forgemcp.gateway.config.schema.MonitoringFile;
import io.forgemcp.gateway.config.schema.ResourcesFile;
import io.forgemcp.gateway.config.schema.ScalingFile;
import io.forgemcp.gateway.config.schema.SecurityFile;
import io.forgemcp.gateway.config.schema.ServicesFile;
import io.forgemcp.gateway.config.schema.SleepFile;
import io.forgemcp.gateway.config.schema.SleepPoliciesFile;
import java.util.Map;
import java.util.Set;

/**
 * The keys that are read and checked but change nothing in this version, in the one place where they are listed. Loading
 * says so for each that is written, and the reference in {@code docs/configuration.md} says so for all. A key that stands
 * for a section stands for everything in it. Whoever gives a key its effect takes it off this list.
 */
final class KeysWithoutEffect {
    private static final Map<String, Set<String>> KEYS = Map.of(
            ServicesFile.NAME,
            Set.of(
                    "services.<name>.image",
                    "services.<name>.resources",
                    "services.<name>.health_check",
                    "services.<name>.sleep_policy.memory_reservation",
                    "services.<name>.tags"),
            SleepFile.NAME,
            Set.of(
                    "sleep_settings.max_sleeping_services",
                    "sleep_settings.system_memory_threshold",
                    "sleep_settings.sleep_check_interval",
                    "sleep_settings.resource_monitoring",
                    "sleep_settings.performance_optimization",
                    "sleep_settings.resource_thresholds",
                    "sleep_settings.monitoring",
                    "resource_thresholds",
                    "monitoring"),
            SleepPoliciesFile.NAME,
            Set.of("global_settings.check_interval", "global_settings.max_wake_time", "monitoring"),
            ScalingFile.NAME,
            Set.of(
                    "policies.<name>.target_cpu_utilization",
                    "policies.<name>.target_memory_utilization",
                    "policies.<name>.scale_up_threshold",
                    "policies.<name>.scale_down_threshold",
                    "global_settings"),
            ResourcesFile.NAME,
            Set.of(
                    "system_limits",
                    "service_limits",
                    "service_categories",
                    "scaling_constraints",
                    "monitoring",
                    "qos.priorities",
                    "emergency",
                    "efficiency_targets"),
            MonitoringFile.NAME,
            Set.of(
                    "global",
                    "metrics",
                    "alerts",
                    "dashboards",
                    "health_checks",
                    "logging",
                    "integrations",
                    "performance_targets"),
            DashboardFile.NAME,
            Set.of("dashboard", "metrics", "alerts", "services", "compliance", "performance_targets", "layout"),
            ComplianceFile.NAME,
            Set.of(
                    "compliance_checklist",
                    "service_requirements",
                    "resource_templates",
                    "verification_procedures",
                    "reporting",
                    "non_compliance_handling",
                    "continuous_compliance",
                    "documentation",
                    "training",
                    "version_control",
                    "success_metrics"),
            SecurityFile.NAME,
            Set.of("security"));

    private static final Set<String> REGISTRATION_FILES = Set.of(RegistrationRows.PROMPTS, RegistrationRows.RESOURCES);

    private KeysWithoutEffect() {}

    /** The registration files whose rows change nothing in this version. */
    static Set<String> registrationFiles() {
        return REGISTRATION_FILES;
    }

    /** Whether exactly this key is on the list. */
    static boolean lists(String file, String pattern) {
        return KEYS.getOrDefault(file, Set.of()).contains(pattern);
    }

    /** Whether this key, or a section it is in, is on the list. */
    static boolean covers(String file, String pattern) {
        return KEYS.getOrDefault(file, Set.of()).stream()
                .anyMatch(listed ->
                        pattern.equals(listed) || pattern.startsWith(listed + ".") || pattern.startsWith(listed + "["));
    }

    /** The list, by file. */
    static Map<String, Set<String>> all() {
        return KEYS;
    }
}
