package io.forgemcp.server.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.lifecycle.StateTransition;
import io.forgemcp.gateway.service.Resources;
import io.forgemcp.gateway.service.SleepPolicy;
import io.forgemcp.gateway.service.WakeSchedule;
import io.forgemcp.gateway.service.WakeTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The status object that scripts and dashboards of existing deployments read. What is unknown is null, never zero. */
public final class StatusJson {
    private static final double MEBI = 1024 * 1024;

    private StatusJson() {}

    public static ObjectNode of(ServiceStatus status) {
        ObjectNode json = Json.object();
        json.put("name", status.name().value());
        json.put("state", status.state().label());
        json.put("status", status.state().label());
        json.put("runtime", status.runtime());
        json.set("instances", Json.array(status.instances().stream(), StatusJson::instance));
        json.put("containerId", status.externalId());
        json.put("port", status.port());
        json.put("priority", label(status.priority()));
        json.put("policy", status.policy());
        json.put("category", status.category());
        json.set("sleep_policy", sleepPolicy(status.sleepPolicy()));
        json.set("resources", resources(status.resources()));
        json.put("last_accessed", text(status.lastAccessed()));
        json.put("inFlight", status.inFlight());
        json.put("listeners", status.listeners());
        json.put("waiting", status.waiting());
        json.put("sleep_depth", status.depth() == null ? null : label(status.depth()));
        json.put("wake_count", status.wakeCount());
        json.put("total_sleep_time", seconds(status.totalSleepTime()));
        json.put("cpu_usage", status.cpuPercent());
        json.put("memory_usage", mebibytes(status.memoryBytes()));
        json.put("memory_limit", mebibytes(status.limits().memoryBytes()));
        json.put("cpu_limit", status.limits().cpuCores());
        json.put("wake_time_ms", millis(status.lastWakeTime()));
        json.put("sleep_efficiency", status.sleepEfficiency());
        json.put("state_transitions", status.stateTransitions());
        json.put("uptime_seconds", seconds(status.uptime()));
        json.put("last_state_change", text(status.lastStateChange()));
        json.put("next_scheduled_wake", text(status.nextScheduledWake()));
        json.put("error_message", status.errorMessage());
        return json;
    }

    private static ObjectNode instance(ServiceStatus.InstanceStatus instance) {
        ObjectNode json = Json.object();
        json.put("id", instance.id().toString());
        json.put("state", instance.state().label());
        json.put("externalId", instance.externalId());
        json.put("port", instance.port());
        json.put("inFlight", instance.inFlight());
        json.put("listeners", instance.listeners());
        json.put("sleep_depth", instance.depth() == null ? null : label(instance.depth()));
        json.put(
                "true_memory_usage",
                instance.usage() == null ? null : mebibytes(instance.usage().trueMemoryBytes()));
        json.put(
                "swap_usage",
                instance.usage() == null ? null : mebibytes(instance.usage().swapBytes()));
        json.put("cpu_usage", instance.cpuPercent());
        json.put("memory_usage", mebibytes(instance.memoryBytes()));
        json.put("memory_limit", mebibytes(instance.limits().memoryBytes()));
        json.put("cpu_limit", instance.limits().cpuCores());
        return json;
    }

    private static ObjectNode sleepPolicy(SleepPolicy policy) {
        ObjectNode json = Json.object();
        json.put("enabled", policy.enabled());
        json.put("idle_timeout", seconds(policy.idleTimeout()));
        json.put("min_sleep_time", seconds(policy.minSleepTime()));
        json.put("memory_reservation", mebibytes(policy.memoryReservationBytes()));
        json.put("depth", label(policy.depth()));
        WakeSchedule schedule = policy.wakeSchedule();
        if (!schedule.isEmpty()) {
            json.set("wake_schedule", Json.texts(schedule.times().stream().map(WakeTime::toString)));
            json.put("time_zone", schedule.zone().getId());
            json.put("stay_awake", seconds(schedule.stayAwake()));
        }
        return json;
    }

    private static ObjectNode resources(Resources resources) {
        ObjectNode json = Json.object();
        json.put("memory", mebibytes(resources.memoryBytes()));
        json.put("cpu", resources.cpuCores());
        json.put("memory_reservation", mebibytes(resources.memoryReservationBytes()));
        json.put("cpu_reservation", resources.cpuReservationCores());
        json.put("swap", mebibytes(resources.swapBytes()));
        json.put("max_pids", resources.maxPids());
        return json;
    }

    public static ObjectNode transition(StateTransition transition) {
        ObjectNode json = Json.object();
        json.put("at", text(transition.at()));
        json.put("from", transition.from().label());
        json.put("to", transition.to().label());
        json.put("after_seconds", seconds(transition.after()));
        json.put("reason", transition.reason());
        return json;
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable String text(@Nullable Instant moment) {
        return moment == null ? null : moment.toString();
    }

    private static @Nullable Double seconds(@Nullable Duration duration) {
        return duration == null ? null : duration.toNanos() / 1e9;
    }

    private static @Nullable Double millis(@Nullable Duration duration) {
        return duration == null ? null : duration.toNanos() / 1e6;
    }

    private static @Nullable Double mebibytes(@Nullable Long bytes) {
        return bytes == null ? null : bytes / MEBI;
    }
}
