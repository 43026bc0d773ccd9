package io.forgemcp.gateway.config.schema;

import io.forgemcp.gateway.config.read.DataSize;
import io.forgemcp.gateway.config.read.Key;
import io.forgemcp.gateway.config.read.Ratio;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code monitoring.yml}: metrics, alert rules, dashboards and where alerts go. */
public record MonitoringFile(
        @Key("What holds for all of it.") Global global,
        @Key("Groups of exported metrics.") Map<String, MetricGroup> metrics,
        @Key("Alert rules, by group.") Map<String, List<AlertRule>> alerts,
        @Key("Dashboards, by name.") Map<String, Dashboard> dashboards,

        @Key("How the parts of the gateway are asked whether they are well.")
        Map<String, Probe> healthChecks,

        @Key("What is logged about monitoring.") Logs logging,
        @Key("Where metrics and alerts go.") Integrations integrations,
        @Key("What reports compare with.") Targets performanceTargets) {
    /** The name of the file. */
    public static final String NAME = "monitoring.yml";

    /** What holds for all of it. */
    public record Global(
            @Key(value = "Whether metrics are kept.", standard = "true")
            boolean enabled,

            @Key(value = "Time between two looks at the alert rules.", standard = "10s", min = 1)
            Duration collectionInterval,

            @Key(value = "How long alerts that are over are remembered.", standard = "24h")
            Duration retentionPeriod,

            @Key(
                    value = "A port of its own for metrics; they are at `/metrics` of every listener anyway.",
                    standard = "9090",
                    max = 65535)
            int metricsPort,

            @Key(value = "Time between two health checks.", standard = "30s", min = 1)
            Duration healthCheckInterval) {}

    /** A group of exported metrics. */
    public record MetricGroup(
            @Key(value = "Whether the group is exported.", standard = "true")
            boolean enabled,

            @Key("The metrics.") List<MetricEntry> metrics) {}

    /** An exported metric. */
    public record MetricEntry(
            @Key("Its name in Prometheus.") String name,
            @Key("What it is.") MetricType type,
            @Key(value = "What it says.", standard = "") String description,
            @Key("Its labels.") List<String> labels,

            @Key("The upper bounds of a histogram's buckets.")
            List<Double> buckets) {}

    /** What a metric is. */
    public enum MetricType {
        GAUGE,
        COUNTER,
        HISTOGRAM
    }

    /** A rule that raises an alert. */
    public record AlertRule(
            @Key("Its name.") String name,

            @Key("When it fires: comparison, division, `rate(x[5m])`, label matchers.")
            String condition,

            @Key(value = "How bad it is.", standard = "warning")
            Severity severity,

            @Key(value = "What it says.", standard = "") String message,
            @Key("By which labels alerts are told apart.") List<String> labels,
            @Key("Longer texts.") Map<String, String> annotations,

            @Key(value = "How long the condition must hold.", name = "for", standard = "0s")
            Duration holdFor) {}

    /** How bad an alert is. */
    public enum Severity {
        INFO,
        WARNING,
        CRITICAL
    }

    /** A page of panels. */
    public record Dashboard(
            @Key(value = "Its title.", standard = "") String title,
            @Key("Its panels.") List<Panel> panels) {}

    /** One chart. */
    public record Panel(
            @Key("Its title.") String title,
            @Key("How it is drawn.") PanelType type,
            @Key("The metrics it shows.") List<String> metrics) {}

    /** How a panel is drawn. */
    public enum PanelType {
        PIE,
        GRAPH,
        HISTOGRAM,
        TABLE,
        HEATMAP,
        GAUGE,
        SINGLESTAT
    }

    /** A health check of a part of the gateway. */
    public record Probe(
            @Key(value = "Its path.", standard = "/health") String path,
            @Key(value = "Its method.", standard = "GET") String method,

            @Key(value = "The status that means well.", standard = "200", min = 100, max = 599)
            int expectedStatus,

            @Key(value = "After this time it has failed.", standard = "10s", min = 0.1)
            Duration timeout,

            @Key(value = "Time between two checks.", standard = "30s", min = 1)
            Duration interval) {}

    /** What is logged about monitoring. */
    public record Logs(
            @Key(value = "The least important event that is logged.", standard = "info")
            Level level,

            @Key(value = "How lines look.", standard = "json")
            Format format,

            @Key("Where lines go.") List<Output> outputs,
            @Key("Metrics counted from the log.") List<MetricEntry> logMetrics) {}

    /** How important an event is. */
    public enum Level {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    /** How log lines look. */
    public enum Format {
        JSON,
        TEXT
    }

    /** Where log lines go. */
    public record Output(
            @Key("The kind.") OutputType type,
            @Key("The file.") @Nullable String path,

            @Key("Size at which a new file is begun.") @Nullable
            DataSize maxSize,

            @Key("Old files kept.") @Nullable Integer maxFiles,
            @Key("The syslog facility.") @Nullable String facility) {}

    /** A kind of place where log lines go. */
    public enum OutputType {
        FILE,
        SYSLOG,
        CONSOLE
    }

    /** Where metrics and alerts go. */
    public record Integrations(
            @Key("Scraped by Prometheus.") Prometheus prometheus,
            @Key("Shown by Grafana.") Service grafana,
            @Key("Alerts to Alertmanager.") Service alertmanager,
            @Key("Alerts to any URL.") Service webhook,
            @Key("Alerts to Slack.") Slack slack,
            @Key("Alerts by e-mail.") Email email) {}

    /** Scraped by Prometheus. */
    public record Prometheus(
            @Key(value = "Whether it is.", standard = "true")
            boolean enabled,

            @Key(value = "A port of its own.", standard = "9090", max = 65535)
            int port,

            @Key(value = "The path.", standard = "/metrics") String path) {}

    /** A service that takes metrics or alerts. */
    public record Service(
            @Key(value = "Whether it is used.", standard = "false")
            boolean enabled,

            @Key("Its URL.") @Nullable URI url,
            @Key("Its key.") @Nullable String apiKey) {
        /** Without the key. */
        @Override
        public String toString() {
            return "Service[enabled=" + enabled + ", url=" + url + "]";
        }
    }

    /** Alerts to Slack. */
    public record Slack(
            @Key(value = "Whether it is used.", standard = "false")
            boolean enabled,

            @Key("The address to post to; a secret.") @Nullable
            String webhookUrl,

            @Key(value = "The channel.", standard = "#alerts")
            String channel) {
        /** Without the address, which is a secret. */
        @Override
        public String toString() {
            return "Slack[enabled=" + enabled + ", channel=" + channel + "]";
        }
    }

    /** Alerts by e-mail. */
    public record Email(
            @Key(value = "Whether it is used.", standard = "false")
            boolean enabled,

            @Key("Host and port of the mail server.") @Nullable
            String smtpServer,

            @Key("The sender.") @Nullable String from,
            @Key("The receiver.") @Nullable String to) {}

    /** What reports compare with. */
    public record Targets(
            @Key("Wake times by priority.") WakeTimes wakeTime,
            @Key("When use is high.") Utilization resourceUtilization,
            @Key("How much of the time services answer.") Availability availability,
            @Key("What sleeping saves.") Efficiency efficiency) {}

    /** Wake times by priority. */
    public record WakeTimes(
            @Key(value = "High.", standard = "100ms") Duration highPriority,
            @Key(value = "Normal.", standard = "200ms") Duration normalPriority,
            @Key(value = "Low.", standard = "500ms") Duration lowPriority) {}

    /** When use is high. */
    public record Utilization(
            @Key(value = "Memory: warn.", standard = "0.8") Ratio memoryWarning,

            @Key(value = "Memory: critical.", standard = "0.9")
            Ratio memoryCritical,

            @Key(value = "Processor: warn.", standard = "0.8")
            Ratio cpuWarning,

            @Key(value = "Processor: critical.", standard = "0.9")
            Ratio cpuCritical) {}

    /** How much of the time services answer. */
    public record Availability(
            @Key(value = "Part of the time that services are up.", standard = "0.999")
            Ratio uptimeTarget,

            @Key(value = "Part of the health checks that succeed.", standard = "0.99")
            Ratio healthCheckSuccess) {}

    /** What sleeping saves. */
    public record Efficiency(
            @Key(value = "Memory.", standard = "0.6") Ratio memoryReductionTarget,

            @Key(value = "Processor time.", standard = "0.8")
            Ratio cpuReductionTarget,

            @Key(value = "Costs.", standard = "0.5") Ratio costReductionTarget) {}
}
