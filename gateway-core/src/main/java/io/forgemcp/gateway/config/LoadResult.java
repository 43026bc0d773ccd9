package io.forgemcp.gateway.config;

import io.forgemcp.gateway.config.read.EffectiveValue;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.error.ErrorCode;
import io.forgemcp.gateway.error.GatewayException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What came of reading a configuration directory.
 *
 * @param configuration usable even if there are errors: what is wrong has been left out
 * @param findings by file and place
 * @param values every effective value with where it came from, secrets masked
 */
public record LoadResult(Configuration configuration, List<Finding> findings, List<EffectiveValue> values) {
    public LoadResult {
        findings = List.copyOf(findings);
        values = List.copyOf(values);
    }

    /** Whether anything is wrong, as opposed to contradictory or worth knowing. */
    public boolean hasErrors() {
        return findings.stream().anyMatch(finding -> finding.severity() == Finding.Severity.ERROR);
    }

    /** The findings of one severity. */
    public List<Finding> findings(Finding.Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .toList();
    }

    /**
     * The configuration, if nothing is wrong with it.
     *
     * @throws GatewayException with {@link ErrorCode#CONFIGURATION_INVALID} that lists every error
     */
    public Configuration requireValid() {
        List<Finding> errors = findings(Finding.Severity.ERROR);
        if (errors.isEmpty()) {
            return configuration;
        }
        throw new GatewayException(
                ErrorCode.CONFIGURATION_INVALID,
                "The configuration has " + errors.size() + (errors.size() == 1 ? " error" : " errors") + ":\n"
                        + errors.stream().map(Finding::toString).collect(Collectors.joining("\n")));
    }
}
