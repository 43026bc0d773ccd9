package io.forgemcp.gateway.metrics;

import java.util.List;

/** Every metric the gateway exports: name, meaning, labels and buckets in one place. */
public enum Metric {
    UP("up", "1 while the gateway runs", List.of("job")),
    SERVICES_RUNNING("services_running_total", "Running services", List.of()),
    SERVICES_SLEEPING("services_sleeping_total", "Sleeping services", List.of()),
    SERVICES_STOPPED("services_stopped_total", "Stopped services", List.of()),
    STATE_TRANSITIONS(
            "service_state_transitions_total",
            "State changes of services",
            List.of("from_state", "to_state", "service_name")),
    MEMORY_USAGE(
            "memory_usage_bytes",
            "Resident memory of a service, all its instances together",
            List.of("service_name", "state")),
    MEMORY_LIMIT(
            "memory_limit_bytes",
            "Memory ceiling of a service, all its instances together",
            List.of("service_name", "state")),
    CPU_USAGE("cpu_usage_percent", "Processor use of a service, 100 is one core", List.of("service_name", "state")),
    MEMORY_RESERVATION("memory_reservation_bytes", "Memory set aside for a service", List.of("service_name")),
    CPU_RESERVATION("cpu_reservation_cores", "Cores set aside for a service", List.of("service_name")),
    WAKE_TIME(
            "service_wake_time_seconds",
            "From a call that finds the service asleep to the service being ready",
            List.of("service_name", "priority"),
            0.05,
            0.1,
            0.2,
            0.5,
            1,
            2,
            5),
    SLEEP_DURATION(
            "service_sleep_duration_seconds",
            "How long a service slept",
            List.of("service_name"),
            60,
            300,
            600,
            1800,
            3600,
            7200),
    REQUEST_DURATION(
            "request_duration_seconds",
            "From request received to answer sent",
            List.of("service_name", "endpoint"),
            0.01,
            0.05,
            0.1,
            0.5,
            1,
            2,
            5),
    REQUESTS("request_total", "Requests by outcome", List.of("service_name", "endpoint", "status")),
    UPTIME("service_uptime_seconds", "Time a service was running", List.of("service_name")),
    DOWNTIME("service_downtime_seconds", "Time a service was in error", List.of("service_name")),
    HEALTH_SUCCESS("health_check_success_total", "Health checks that passed", List.of("service_name")),
    HEALTH_FAILURE("health_check_failure_total", "Health checks that failed", List.of("service_name")),
    LOG_ENTRIES("log_entries_total", "Log lines", List.of("level")),
    LOG_ERRORS("log_error_total", "Log lines at ERROR", List.of()),
    SYSTEM_MEMORY("system_memory_usage_percent", "Memory in use on this host", List.of()),
    SYSTEM_CPU("system_cpu_usage_percent", "Processor in use on this host", List.of()),
    SESSIONS("gateway_sessions", "Open client sessions", List.of()),
    STREAMS("gateway_streams", "Open event streams to clients", List.of()),
    UPSTREAM_SESSIONS("gateway_upstream_sessions", "Open sessions with servers", List.of()),
    UPSTREAM_STRAYS(
            "gateway_upstream_stray_messages_total",
            "Answers from servers that belong to no request under way on their session",
            List.of("service_name")),
    UPSTREAM_CIRCUIT(
            "gateway_upstream_circuit_open", "1 while calls to a service are refused unsent", List.of("service_name")),
    SCALING_DECISIONS(
            "gateway_scaling_decisions_total",
            "Decisions about the number of instances, by what came of them",
            List.of("service_name", "outcome")),
    PREWARMS(
            "gateway_prewarms_total",
            "Services that were woken before they were called, by cause",
            List.of("service_name", "cause")),
    TOTAL_COST("total_resource_cost", "Mean RAM of all services, in GB-hours for each hour", List.of()),
    SERVICE_COST("service_resource_cost", "Mean RAM of a service, in GB-hours for each hour", List.of("service_name")),
    SAVINGS("efficiency_savings_percent", "RAM that sleeping saves, of what the services use awake", List.of()),
    ALERTS_FIRING("gateway_alerts_firing", "Alerts that fire and are not silenced", List.of("severity")),
    PLUGIN_FAILURES("gateway_plugin_failures_total", "Exceptions thrown by plugins", List.of("plugin")),
    TOOLS("gateway_tools", "Tools in the catalog", List.of("service_name"));

    private final String id;
    private final String help;
    private final List<String> labels;
    private final double[] buckets;

    Metric(String id, String help, List<String> labels, double... buckets) {
        this.id = id;
        this.help = help;
        this.labels = labels;
        this.buckets = buckets;
    }

    /** The name in a scrape. */
    public String id() {
        return id;
    }

    public String help() {
        return help;
    }

    /** Names of the labels, in the order in which values are given. */
    public List<String> labels() {
        return labels;
    }

    /** Upper bounds, in seconds, for a distribution; empty otherwise. */
    public double[] buckets() {
        return buckets.clone();
    }
}
