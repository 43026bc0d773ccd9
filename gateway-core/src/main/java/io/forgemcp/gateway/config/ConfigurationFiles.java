package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.Reading;
import io.forgemcp.gateway.config.schema.ComplianceFile;
import io.forgemcp.gateway.config.schema.DashboardFile;
import io.forgemcp.gateway.config.schema.MonitoringFile;
import io.forgemcp.gateway.config.schema.ResourcesFile;
import io.forgemcp.gateway.config.schema.ScalingFile;
import io.forgemcp.gateway.config.schema.SecurityFile;
import io.forgemcp.gateway.config.schema.ServicesFile;
import io.forgemcp.gateway.config.schema.SleepFile;
import io.forgemcp.gateway.config.schema.SleepPoliciesFile;
import io.forgemcp.gateway.config.schema.VirtualServersFile;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The YAML files of a configuration directory, each as it was written, with the defaults filled in. */
public record ConfigurationFiles(
        ServicesFile services,
        SleepFile sleep,
        SleepPoliciesFile sleepPolicies,
        ScalingFile scaling,
        ResourcesFile resources,
        MonitoringFile monitoring,
        DashboardFile dashboard,
        ComplianceFile compliance,
        SecurityFile security,
        VirtualServersFile virtualServers) {
    /** The record that each YAML file is read into, in the order of the reference. */
    static final Map<String, Class<? extends Record>> SCHEMAS = schemas();

    static ConfigurationFiles read(Reading reading) {
        return read(reading, reading.yaml(ServicesFile.NAME, ServicesFile.class));
    }

    /** With other services than the directory's. */
    static ConfigurationFiles read(Reading reading, ServicesFile services) {
        return new ConfigurationFiles(
                services,
                reading.yaml(SleepFile.NAME, SleepFile.class),
                reading.yaml(SleepPoliciesFile.NAME, SleepPoliciesFile.class),
                reading.yaml(ScalingFile.NAME, ScalingFile.class),
                reading.yaml(ResourcesFile.NAME, ResourcesFile.class),
                reading.yaml(MonitoringFile.NAME, MonitoringFile.class),
                reading.yaml(DashboardFile.NAME, DashboardFile.class),
                reading.yaml(ComplianceFile.NAME, ComplianceFile.class),
                reading.yaml(SecurityFile.NAME, SecurityFile.class),
                reading.yaml(VirtualServersFile.NAME, VirtualServersFile.class));
    }

    /** The priorities by service, wherever {@code sleep_settings.yml} has them. */
    public SleepFile.WakePriorities wakePriorities() {
        if (sleep.sleepSettings().wakePriorities() != null) {
            return sleep.sleepSettings().wakePriorities();
        }
        return sleep.wakePriorities() != null ? sleep.wakePriorities() : SleepFile.WakePriorities.NONE;
    }

    /** The ceiling of the category of this name: one that is written, or one that is built in. */
    public Optional<ResourcesFile.Category> category(String name) {
        ResourcesFile.Category written = resources.serviceLimits().get(name);
        return Optional.ofNullable(written != null ? written : BuiltIn.CATEGORIES.get(name));
    }

    /** The pressure levels, wherever {@code sleep_settings.yml} has them. */
    public SleepFile.Thresholds resourceThresholds() {
        if (sleep.sleepSettings().resourceThresholds() != null) {
            return sleep.sleepSettings().resourceThresholds();
        }
        return sleep.resourceThresholds() != null ? sleep.resourceThresholds() : SleepFile.Thresholds.DEFAULT;
    }

    /** What is remembered about sleeping, wherever {@code sleep_settings.yml} has it. */
    public SleepFile.History sleepHistory() {
        if (sleep.sleepSettings().monitoring() != null) {
            return sleep.sleepSettings().monitoring();
        }
        return sleep.monitoring() != null ? sleep.monitoring() : SleepFile.History.DEFAULT;
    }

    private static Map<String, Class<? extends Record>> schemas() {
        Map<String, Class<? extends Record>> schemas = new LinkedHashMap<>();
        schemas.put(ServicesFile.NAME, ServicesFile.class);
        schemas.put(SleepFile.NAME, SleepFile.class);
        schemas.put(SleepPoliciesFile.NAME, SleepPoliciesFile.class);
        schemas.put(ScalingFile.NAME, ScalingFile.class);
        schemas.put(ResourcesFile.NAME, ResourcesFile.class);
        schemas.put(MonitoringFile.NAME, MonitoringFile.class);
        schemas.put(DashboardFile.NAME, DashboardFile.class);
        schemas.put(ComplianceFile.NAME, ComplianceFile.class);
        schemas.put(SecurityFile.NAME, SecurityFile.class);
        schemas.put(VirtualServersFile.NAME, VirtualServersFile.class);
        return java.util.Collections.unmodifiableMap(schemas);
    }
}
