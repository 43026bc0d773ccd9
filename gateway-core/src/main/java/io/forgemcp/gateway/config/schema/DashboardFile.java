package io.forgemcp.gateway.config.schema;

import io.forgemcp.gateway.config.read.Key;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code monitoring-dashboard.yml}: the overview page for operators. */
public record DashboardFile(
        @Key("The page.") Page dashboard,
        @Key("Its panels, by name.") Map<String, Panel> metrics,
        @Key("Alert rules shown on it, by name.") Map<String, Alert> alerts,

        @Key("Groups of services with targets of their own.")
        Map<String, Group> services,

        @Key("What the compliance panel checks.") Compliance compliance,
        @Key("What the panels compare with.") Targets performanceTargets,
        @Key("Where the panels stand.") Layout layout) {
    /** The name of the file. */
    public static final String NAME = "monitoring-dashboard.yml";

    /** The page. */
    public record Page(
            @Key(value = "Its title.", standard = "Forge MCP Gateway")
            String title,

            @Key(value = "Time after which it is loaded anew.", standard = "30s", min = 1)
            Duration refreshInterval) {}

    /** One panel. */
    public record Panel(
            @Key(value = "Its title.", standard = "") String title,
            @Key("How it is drawn.") PanelType type,
            @Key("The single series it shows.") @Nullable String query,
            @Key("The names of its parts.") List<String> labels,
            @Key("The series it shows.") List<Series> metrics,
            @Key("The checks it shows.") List<Check> checks) {}

    /** How a panel is drawn. */
    public enum PanelType {
        PIE_CHART,
        LINE_CHART,
        BAR_CHART,
        GAUGE,
        TABLE,
        STATUS_PANEL
    }

    /** One line or needle of a panel. */
    public record Series(
            @Key("Its name.") String name,
            @Key("What it shows.") String query,
            @Key("The value to reach.") @Nullable Double target,

            @Key(value = "Its colour, `#RRGGBB`.", standard = "")
            String color) {}

    /** One lamp of a status panel. */
    public record Check(
            @Key("Its name.") String name,
            @Key("What it shows.") String query,
            @Key("The value that means well.") String healthy) {}

    /** An alert rule over the page's series. */
    public record Alert(
            @Key("Its name.") String name,
            @Key("When it fires.") String condition,

            @Key(value = "How bad it is.", standard = "warning")
            MonitoringFile.Severity severity,

            @Key(value = "What it says.", standard = "") String message) {}

    /** A group of services with targets of their own. */
    public record Group(
            @Key("Its services.") List<String> services,
            @Key("Its targets.") GroupTargets monitoring) {}

    /** The targets of a group. */
    public record GroupTargets(
            @Key(value = "Percent of the time that they answer.", standard = "99.8", max = 100)
            double availabilityTarget,

            @Key(value = "Longest wake.", standard = "200ms", unit = "ms")
            Duration wakeTimeTarget,

            @Key(value = "Percent of memory that sleeping saves.", max = 100) @Nullable
            Double sleepEfficiencyTarget,

            @Key("The alerts that concern it.") List<String> alerts) {}

    /** What the compliance panel checks. */
    public record Compliance(
            @Key(value = "The edition of the standards.", standard = "")
            String standardsVersion,

            @Key("The checks.") List<ComplianceCheck> checks,
            @Key("How it is reported.") Reporting reporting) {}

    /** A check of the compliance panel. */
    public record ComplianceCheck(
            @Key("Its name.") String name,
            @Key(value = "What it is about.", standard = "") String description,
            @Key("Which check.") String check) {}

    /** How compliance is reported. */
    public record Reporting(
            @Key(value = "How often.", standard = "daily") Frequency frequency,

            @Key(value = "In which form.", standard = "json")
            MonitoringFile.Format format,

            @Key(value = "Whether remedies are named.", standard = "true")
            boolean includeRecommendations) {}

    /** How often. */
    public enum Frequency {
        HOURLY,
        DAILY,
        WEEKLY,
        MONTHLY
    }

    /** What the panels compare with. */
    public record Targets(
            @Key("Wake times.") WakeTimes wakeTimes,
            @Key("Use while asleep.") Usage resourceUsage,
            @Key("Savings.") Savings efficiency,
            @Key("How much of the time services answer.") Reliability reliability) {}

    /** Wake times by priority. */
    public record WakeTimes(
            @Key(value = "High.", standard = "100ms", unit = "ms")
            Duration highPriority,

            @Key(value = "Normal.", standard = "200ms", unit = "ms")
            Duration normalPriority,

            @Key(value = "Low.", standard = "500ms", unit = "ms")
            Duration lowPriority) {}

    /** Use while asleep, in percent. */
    public record Usage(
            @Key(value = "Percent of a processor.", standard = "5", max = 100)
            double sleepingCpu,

            @Key(value = "Percent of the memory in use while awake.", standard = "30", max = 100)
            double sleepingMemory) {}

    /** Savings, in percent. */
    public record Savings(
            @Key(value = "Percent of memory.", standard = "60", max = 100)
            double memoryReduction,

            @Key(value = "Percent of costs.", standard = "50", max = 100)
            double costSavings,

            @Key(value = "Times as many services.", standard = "3")
            double serviceDensity) {}

    /** How much of the time services answer, in percent. */
    public record Reliability(
            @Key(value = "Of services that are awake.", standard = "99.9", max = 100)
            double runningAvailability,

            @Key(value = "Wake time included.", standard = "99.8", max = 100)
            double effectiveAvailability,

            @Key(value = "Of changes of state that succeed.", standard = "99.9", max = 100)
            double stateTransitionSuccess) {}

    /** Where the panels stand. */
    public record Layout(@Key("Rows from top to bottom.") List<Row> rows) {}

    /** One row of panels. */
    public record Row(
            @Key(value = "Its title.", standard = "") String title,
            @Key("Names of panels, from left to right.") List<String> panels) {}
}
