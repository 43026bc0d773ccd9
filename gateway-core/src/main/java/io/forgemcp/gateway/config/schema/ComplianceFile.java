package io.forgemcp.gateway.config.schema;

import com.fasterxml.jackson.databind.JsonNode;
import io.forgemcp.gateway.config.read.DataSize;
import io.forgemcp.gateway.config.read.Key;
import io.forgemcp.gateway.service.Priority;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code docker-standards-checklist.yml}: what the compliance report checks, and what its score is made of. */
public record ComplianceFile(
        @Key("The checks, by area.") Map<String, List<Check>> complianceChecklist,

        @Key(value = "What the parts of the gateway must keep to.", joined = true)
        Map<String, Requirement> serviceRequirements,

        @Key("Limits for services of each category.") Map<String, Template> resourceTemplates,
        @Key("How the checks are made.") Procedures verificationProcedures,
        @Key("How the score is made.") Reporting reporting,
        @Key("What follows from a failed check.") @Nullable JsonNode nonComplianceHandling,
        @Key("When checks are repeated.") @Nullable JsonNode continuousCompliance,
        @Key("What must be documented.") @Nullable JsonNode documentation,
        @Key("Who must know what.") @Nullable JsonNode training,
        @Key("How changes are approved.") @Nullable JsonNode versionControl,
        @Key("What counts as success.") @Nullable JsonNode successMetrics) {
    /** The name of the file. */
    public static final String NAME = "docker-standards-checklist.yml";

    /** One check. */
    public record Check(
            @Key("Its name.") String name,
            @Key(value = "What it is about.", standard = "") String description,

            @Key(value = "Whether it counts for the score.", standard = "true")
            boolean required,

            @Key(value = "How it is made.", standard = "") String verification) {}

    /** What a part of the gateway must keep to; written as a map or as a list of single keys. */
    public record Requirement(
            @Key("Whether it may sleep.") @Nullable Boolean sleepPolicyEnabled,
            @Key("Its priority.") @Nullable Priority servicePriority,

            @Key("Whether it starts with the gateway.") @Nullable
            Boolean autoStart,

            @Key("Most memory.") @Nullable DataSize memoryLimit,
            @Key("Most processor cores.") @Nullable Double cpuLimit,

            @Key(value = "Longest wake.", unit = "ms") @Nullable
            Duration wakeTimeTarget,

            @Key("Whether it needs the engine's socket.") @Nullable
            Boolean dockerSocketMount) {}

    /** Limits for services of a category. */
    public record Template(
            @Key("Most memory.") @Nullable DataSize memoryLimit,
            @Key("Most processor cores.") @Nullable Double cpuLimit,
            @Key("Memory set aside.") @Nullable DataSize memoryReservation,
            @Key("Processor cores set aside.") @Nullable Double cpuReservation,
            @Key("The services of the category.") List<String> services) {}

    /** How the checks are made. */
    public record Procedures(
            @Key("By a program.") List<AutomatedCheck> automatedChecks,
            @Key("By a person.") List<ManualCheck> manualChecks) {}

    /** A check made by a program. */
    public record AutomatedCheck(
            @Key("Its name.") String name,

            @Key("The command; it is never run by the gateway.")
            String command,

            @Key(value = "What it is about.", standard = "") String description) {}

    /** A check made by a person. */
    public record ManualCheck(
            @Key("Its name.") String name,
            @Key(value = "What it is about.", standard = "") String description,
            @Key(value = "The steps.", standard = "") String procedure) {}

    /** How the score is made. */
    public record Reporting(
            @Key("The weight of each area.") Map<String, Integer> complianceScore,

            @Key(value = "The score that passes, in percent.", standard = "80", max = 100)
            double passThreshold,

            @Key("What the report holds.") ReportFormat reportFormat) {}

    /** What the report holds. */
    public record ReportFormat(
            @Key(value = "A summary.", standard = "true") boolean summary,

            @Key(value = "Every finding.", standard = "true")
            boolean detailedFindings,

            @Key(value = "Recommendations.", standard = "true")
            boolean recommendations,

            @Key(value = "What to do.", standard = "true") boolean remediationSteps) {}
}
