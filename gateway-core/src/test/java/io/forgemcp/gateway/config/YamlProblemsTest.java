package io.forgemcp.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.config.read.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class YamlProblemsTest {
    @TempDir
    Path project;

    private ConfigurationDirectory files;

    @BeforeEach
    void prepare() {
        files = new ConfigurationDirectory(project);
    }

    @Test
    void aDuplicateKeyIsAnErrorAndTheFirstIsUsed() {
        files.write("services.yml", """
                services:
                  a:
                    command: [one]
                    command: [two]
                  a: {command: [three]}
                """);

        assertThat(errors())
                .containsExactly(
                        "4:5: services.a: The key \"command\" stands here twice, first in line 3. Remove one; the first"
                                + " is used.",
                        "5:3: services: The key \"a\" stands here twice, first in line 2. Remove one; the first is"
                                + " used.");
    }

    @Test
    void everyIndentationByTabIsReported() {
        files.write("services.yml", "services:\n\ta:\n\t\tcommand: [x]\n");

        assertThat(errors())
                .containsExactly(
                        "2:1: A tab is used for indentation, which YAML does not allow. Write spaces.",
                        "3:1: A tab is used for indentation, which YAML does not allow. Write spaces.");
    }

    @Test
    void aSyntaxErrorInOneFileDoesNotHideTheProblemsOfAnother() {
        files.write("services.yml", "services: [\n");
        files.write("sleep_settings.yml", "sleep_settings: {wake_timeout: soon}\n");

        assertThat(files.load().findings(Finding.Severity.ERROR))
                .extracting(finding -> Path.of(finding.file()).getFileName().toString())
                .containsExactly("services.yml", "sleep_settings.yml");
    }

    @Test
    void wrongTypesSayWhatStandsThereAndWhatBelongsThere() {
        files.write("services.yml", """
                services:
                  a:
                    command: {x: y}
                    environment: [A=b]
                    port: many
                    auto_start: perhaps
                    description: [text]
                    resources: 5
                    tags: [[a]]
                """);

        assertThat(errors())
                .containsExactly(
                        "3:14: services.a.command: This is a map, where a list belongs.",
                        "4:18: services.a.environment: This is a list, where a map (key: value) belongs.",
                        "5:11: services.a.port: \"many\" is not a whole number. Write for example 10.",
                        "6:17: services.a.auto_start: \"perhaps\" is neither true nor false.",
                        "7:18: services.a.description: This is a list, where a single value belongs.",
                        "8:16: services.a.resources: This is a single value, where a map (key: value) belongs.",
                        "9:12: services.a.tags[0]: This is a list, where a single value belongs.");
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        files.write("services.yml", """
                services:
                  a: {command: [x], transport: streamable-http, port: 70000, health_check: {interval: 0}}
                """);
        files.write("scaling-policies.yml", """
                policies:
                  wild: {min_instances: 3, max_instances: 2}
                  flat: {scale_up_threshold: 0.2, scale_down_threshold: 20%}
                """);
        files.write("sleep_settings.yml", """
                resource_thresholds: {high_memory_pressure: 0.5, moderate_memory_pressure: 0.9}
                """);

        assertThat(errors())
                .containsExactly(
                        "2:9: policies.wild: min_instances 3 is more than max_instances 2. Raise max_instances or lower"
                                + " min_instances.",
                        "3:9: policies.flat: scale_down_threshold 0.2 must be below scale_up_threshold 0.2.",
                        "2:55: services.a.port: \"70000\" is out of range: it must be at least 0 and at most 65535.",
                        "2:87: services.a.health_check.interval: \"0\" is out of range: it must be at least 1.",
                        "1:22: resource_thresholds: The pressure levels must rise: low_memory_pressure 0.5,"
                                + " moderate_memory_pressure 0.9, high_memory_pressure 0.5.");
    }

    @Test
    void aLimitOfNoProcessorIsRefusedBecauseItWouldBeNone() {
        files.write("services.yml", "services:\n  a: {command: [x], resources: {cpu: 0}}\n");

        assertThat(errors())
                .containsExactly("2:38: services.a.resources.cpu: \"0\" is out of range: it must be at least 0.01.");
    }

    @Test
    void choicesNameEveryPossibilityAndTheNearest() {
        files.write("services.yml", "services:\n  a: {command: [x], runtime: dokcer}\n");

        assertThat(errors())
                .containsExactly("2:30: services.a.runtime: \"dokcer\" is not one of docker, process, remote, auto. Did"
                        + " you mean \"docker\"?");
    }

    @Test
    void aMissingRequiredKeyIsNamedWithItsMeaning() {
        files.write("monitoring.yml", "alerts:\n  mine:\n    - {condition: up == 0}\n");

        assertThat(errors()).containsExactly("3:7: alerts.mine[0]: The key \"name\" is missing: Its name.");
    }

    @Test
    void keysAndItemsWithoutValueAreErrors() {
        files.write(
                "services.yml", "services:\n  a:\n    command: [x, ]\n    environment:\n      KEY:\n    tags: [~]\n");

        assertThat(errors())
                .containsExactly(
                        "5:7: services.a.environment.KEY: This key has no value. Write \"\" for an empty text.",
                        "6:12: services.a.tags[0]: This item has no value. Write \"\" for an empty text or remove it.");
    }

    @Test
    void anchorsAndMergeKeysWork() {
        files.write("services.yml", """
                services:
                  a: &base
                    command: [x]
                    tags: [one]
                  b:
                    <<: *base
                    tags: [two]
                """);

        assertThat(errors()).isEmpty();
        assertThat(files.service("b").tags()).containsExactly("two");
    }

    @Test
    void anAliasBombIsRefusedQuickly() {
        StringBuilder bomb = new StringBuilder("training:\n  a0: &a0 [x, x]\n");
        for (int i = 1; i < 24; i++) {
            bomb.append("  a")
                    .append(i)
                    .append(": &a")
                    .append(i)
                    .append(" [*a")
                    .append(i - 1)
                    .append(", *a")
                    .append(i - 1)
                    .append("]\n");
        }
        files.write("docker-standards-checklist.yml", bomb.toString());

        assertThat(errors()).singleElement().asString().contains("aliases of this file unfold to too much");
    }

    @Test
    void anAliasToItselfIsRefused() {
        files.write("docker-standards-checklist.yml", "training: &a\n  again: *a\n");
        files.write("services.yml", "services: &s\n  <<: *s\n");

        assertThat(errors()).hasSize(2).allSatisfy(error -> assertThat(error).contains("or to themselves"));
    }

    @Test
    void manyAliasesAndDeepNestingAreRefused() {
        files.write("security.yaml", "a: &a [x]\nb: [" + "*a, ".repeat(200) + "]\n");
        files.write("services.yml", "services: " + "[".repeat(5000) + "\n");

        assertThat(errors()).hasSize(2).allSatisfy(error -> assertThat(error).contains("This is not YAML"));
    }

    @Test
    void aFileThatIsNotUtf8OrTooLargeIsRefused() throws IOException {
        files.write("services.yml", "services:\n");
        Files.write(files.path("services.yml"), new byte[] {'a', ':', '\n', (byte) 0xC3, (byte) 0x28});
        files.write("security.yaml", "#".repeat(1_100_000));

        assertThat(errors())
                .containsExactly(
                        "The file is larger than 1 MB. Split it or check what it is.",
                        "2:1: The file is not UTF-8. Save it with that encoding.");
    }

    @Test
    void aReferenceThatIsNotOneIsReported() {
        files.write("services.yml", "services:\n  a: {command: [x], environment: {A: \"${oh no}\"}}\n");

        assertThat(errors()).singleElement().asString().contains("\"${oh no}\" is not a reference to a variable");
    }

    @Test
    void aSecretIsNeverQuotedInAFinding() {
        files.variable("MY_API_KEY", "hunter2");
        files.write("services.yml", """
                services:
                  a: {command: [x], port: "${MY_API_KEY}", url: "http://user:hunter2@"}
                """);

        LoadResult result = files.load();

        assertThat(result.findings(Finding.Severity.ERROR)).hasSize(2);
        assertThat(result.findings().toString()).contains("${MY_API_KEY}").doesNotContain("hunter2");
        assertThat(result.values().toString()).doesNotContain("hunter2");
    }

    private List<String> errors() {
        return files.load().findings(Finding.Severity.ERROR).stream()
                .map(finding -> finding.toString().replaceFirst("^.*?\\.ya?ml: ?(?=\\d|[A-Z])", ""))
                .map(text -> text.replaceFirst("^.*?\\.ya?ml:", ""))
                .toList();
    }
}
