package io.forgemcp.gateway.compliance;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The checks that the gateway can judge, under the names that checklists give them. */
enum Judge {
    STATES("architecture", ServiceChecks::states, "States are reported", "Three-state model implemented"),
    LIMITS("architecture", ServiceChecks::limits, "Resource limits are set", "Resource constraints configured"),
    SLEEP_POLICIES("architecture", ServiceChecks::sleepPolicies, "Sleep policies are set", "Sleep policies defined"),
    HEALTH(
            "architecture",
            ServiceChecks::health,
            "Health is checked",
            "Health checks configured",
            "Health check endpoints"),
    ON_DEMAND("architecture", ServiceChecks::sleepPolicies, "On-demand services classified"),
    CATEGORY(
            "resource_efficiency",
            ServiceChecks::category,
            "Limits fit the category",
            "Resource limits within standards"),
    RESERVATIONS(
            "resource_efficiency",
            ServiceChecks::memoryReservations,
            "Reservations leave room",
            "Memory reservations configured"),
    CPU_RESERVATIONS("resource_efficiency", ServiceChecks::cpuReservations, "CPU reservations configured"),
    WAKE_TIMES("performance", SystemChecks::wakeTimes, "Wake times meet the target", "Wake time targets configured"),
    IDLE("performance", ServiceChecks::idle, "Idle timeouts are set", "Idle timeout settings"),
    LEAST_AWAKE("performance", ServiceChecks::leastAwake, "Min sleep time configured"),
    USER("security", ServiceChecks::user, "Containers do not run as root", "Non-root execution"),
    SECRETS("security", SecretScan::judge, "No secrets in files", "Secret management"),
    READ_ONLY("security", ServiceChecks::readOnly, "Root file systems are read-only", "Read-only filesystems"),
    NETWORK("security", ServiceChecks::network, "Network isolation"),
    METRICS("monitoring", SystemChecks::metrics, "Metrics are exported", "Metrics collection enabled"),
    ALERTS("monitoring", SystemChecks::alerts, "Alert rules are loaded", "Alerting rules configured");

    /** What areas weigh where no file says it. */
    static final Map<String, Integer> WEIGHTS =
            Map.of("architecture", 25, "resource_efficiency", 25, "performance", 20, "security", 15, "monitoring", 15);

    private final String area;
    private final Function<Facts, Verdict> judge;
    private final List<String> names;

    Judge(String area, Function<Facts, Verdict> judge, String... names) {
        this.area = area;
        this.judge = judge;
        this.names = List.of(names);
    }

    /** The one for a check of this name, without regard to case. */
    static Optional<Judge> of(String name) {
        return Arrays.stream(values())
                .filter(each -> each.names.stream().anyMatch(name.strip()::equalsIgnoreCase))
                .findFirst();
    }

    String area() {
        return area;
    }

    String title() {
        return names.get(0);
    }

    Verdict judge(Facts facts) {
        return judge.apply(facts);
    }
}
