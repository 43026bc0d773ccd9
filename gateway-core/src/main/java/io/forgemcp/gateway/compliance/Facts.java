package io.forgemcp.gateway.compliance;

import io.forgemcp.gateway.alert.AlertRule;
import io.forgemcp.gateway.config.Configuration;
import io.forgemcp.gateway.lifecycle.ServiceStatus;
import io.forgemcp.gateway.scaling.efficiency.EfficiencyReport;
import io.forgemcp.gateway.service.ServiceDefinition;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What checks are judged by.
 *
 * @param configuration as it was loaded; null where there are no files
 * @param services as they really are, also those that were registered at run time
 * @param statuses of the same services, at one moment
 * @param wakes measured wake times, by the name of the priority in lower case
 * @param rules the alert rules that are evaluated
 * @param measuring whether metrics are kept
 */
public record Facts(
        @Nullable Configuration configuration,
        List<ServiceDefinition> services,
        List<ServiceStatus> statuses,
        Map<String, EfficiencyReport.Quantiles> wakes,
        List<AlertRule> rules,
        boolean measuring) {
    public Facts {
        services = List.copyOf(services);
        statuses = List.copyOf(statuses);
        wakes = Map.copyOf(wakes);
        rules = List.copyOf(rules);
    }
}
