package io.forgemcp.gateway.compliance;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.compliance.Verdict.Outcome;
import io.forgemcp.gateway.config.Configuration;
import io.forgemcp.gateway.config.ConfigurationLoader;
import io.forgemcp.gateway.config.read.Environment;
import io.forgemcp.gateway.scaling.efficiency.EfficiencyReport;
import io.forgemcp.gateway.service.SleepPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the checklist is judged, and what its score is made of. */
class ComplianceTest {
    private static final Path SHIPPED = Path.of("../config");

    @TempDir
    private Path project;

    private static Configuration load(Path directory) {
        return ConfigurationLoader.load(directory, Environment.of(directory, Map.of()))
                .configuration();
    }

    private Configuration write(String file, String text) throws IOException {
        Files.writeString(project.resolve(file), text);
        return load(project);
    }

    private static Facts facts(Configuration configuration, Map<String, EfficiencyReport.Quantiles> wakes) {
        return new Facts(
                configuration,
                configuration.services(),
                List.of(),
                wakes,
                configuration.alerts().rules(),
                true);
    }

    private static ComplianceReport.Check check(ComplianceReport report, String name) {
        return report.checks().stream()
                .filter(check -> check.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theShippedConfigurationKeepsToItsOwnChecklist() {
        ComplianceReport report = Compliance.report(facts(load(SHIPPED), Map.of()));
        assertThat(report.checks())
                .filteredOn(check -> check.required() && check.verdict().outcome() == Outcome.FAIL)
                .isEmpty();
        assertThat(report.checks())
                .filteredOn(check -> check.verdict().outcome() == Outcome.MANUAL)
                .isEmpty();
        assertThat(report.passed()).isTrue();
        assertThat(report.threshold()).isEqualTo(80);
    }

    @Test
    void everyVerdictHasAReasonAndEveryFailureARemedy() throws IOException {
        Configuration configuration = write("services.yml", "services: {own: {command: [x]}}\n");
        ComplianceReport report = Compliance.report(facts(configuration, Map.of()));
        assertThat(report.checks()).hasSize(Judge.values().length);
        assertThat(report.checks())
                .allSatisfy(check -> assertThat(check.verdict().reason()).isNotBlank());
        assertThat(report.checks())
                .filteredOn(check -> check.verdict().outcome() == Outcome.FAIL)
                .isNotEmpty()
                .allSatisfy(check -> assertThat(check.verdict().remedy()).isNotBlank());
        assertThat(check(report, "Resource limits are set").verdict().reason())
                .contains("own has no memory, cpu, memory_reservation, cpu_reservation");
        assertThat(check(report, "Containers do not run as root").verdict().outcome())
                .isEqualTo(Outcome.NOT_APPLICABLE);
    }

    @Test
    void theScoreIsTheShareOfEachAreaByItsWeight() throws IOException {
        Configuration configuration = write("docker-standards-checklist.yml", """
                compliance_checklist:
                  security:
                    - {name: no secrets in files}
                    - {name: Only a person knows, verification: Ask the auditor.}
                  resource_efficiency:
                    - {name: Limits fit the category}
                    - {name: Reservations leave room, required: false}
                  performance:
                    - {name: Wake times meet the target}
                reporting:
                  compliance_score: {security: 75, resource_efficiency: 25, performance: 900}
                  pass_threshold: 76
                """);
        Files.writeString(project.resolve("services.yml"), "services: {own: {command: [x]}}\n");
        ComplianceReport report = Compliance.report(facts(load(project), Map.of()));
        assertThat(configuration.services()).isEmpty();
        assertThat(report.score()).isEqualTo(75);
        assertThat(report.passed()).isFalse();
        assertThat(report.areas().get("security")).isEqualTo(new ComplianceReport.Area(75, 1, 1));
        assertThat(report.areas().get("resource_efficiency")).isEqualTo(new ComplianceReport.Area(25, 0, 1));
        Verdict manual = check(report, "Only a person knows").verdict();
        assertThat(manual.outcome()).isEqualTo(Outcome.MANUAL);
        assertThat(manual.remedy()).isEqualTo("Ask the auditor.");
    }

    @Test
    void wakeTimesAreHeldAgainstTheTargetOfEachPriority() {
        Configuration configuration = load(SHIPPED);
        ComplianceReport slow =
                Compliance.report(facts(configuration, Map.of("high", new EfficiencyReport.Quantiles(40, 0.05, 0.18))));
        assertThat(check(slow, "Wake times meet the target").verdict().reason())
                .contains("high: 95 % of 40 wakes within 180 ms, the target is 100 ms");
        ComplianceReport quick =
                Compliance.report(facts(configuration, Map.of("low", new EfficiencyReport.Quantiles(40, 0.05, 0.18))));
        assertThat(check(quick, "Wake times meet the target").verdict().outcome())
                .isEqualTo(Outcome.PASS);
    }

    @Test
    void aServiceThatNeverSleepsThoughItStartsOnDemandIsNamed() {
        Configuration configuration = load(SHIPPED);
        Facts facts = new Facts(
                configuration,
                configuration.services().stream()
                        .map(service -> service.name().value().equals("github")
                                ? service.toBuilder()
                                        .sleepPolicy(SleepPolicy.NEVER)
                                        .build()
                                : service)
                        .toList(),
                List.of(),
                Map.of(),
                List.of(),
                false);
        ComplianceReport report = Compliance.report(facts);
        assertThat(check(report, "Sleep policies are set").verdict().reason()).contains("github never sleeps");
        assertThat(check(report, "Alert rules are loaded").verdict().outcome()).isEqualTo(Outcome.FAIL);
        assertThat(check(report, "Metrics are exported").verdict().remedy()).contains("--no-metrics");
    }

    @Test
    void aSecretInAFileIsFoundByItsPlaceAndNeverRepeated() throws IOException {
        Configuration configuration = write("services.yml", """
                services:
                  own:
                    command: [x]
                    environment:
                      GITHUB_TOKEN: "${GITHUB_TOKEN}"
                      API_KEY: a1b2c3d4e5f6g7h8
                      TOKEN_LIMIT: "4000"
                      SECRET_FILE: /run/secrets/of-own
                      DATABASE: postgres://me:hunter2hunter2@db/x
                # password: notasecret1
                """);
        Verdict verdict = check(Compliance.report(facts(configuration, Map.of())), "No secrets in files")
                .verdict();
        assertThat(verdict.outcome()).isEqualTo(Outcome.FAIL);
        assertThat(verdict.reason())
                .contains("services.yml:6, 9")
                .doesNotContain("a1b2c3d4e5f6g7h8")
                .doesNotContain("hunter2");
    }
}
