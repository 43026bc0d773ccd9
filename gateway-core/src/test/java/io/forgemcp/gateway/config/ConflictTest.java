package io.forgemcp.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.forgemcp.gateway.config.read.DataSize;
import io.forgemcp.gateway.config.read.Finding;
import io.forgemcp.gateway.service.Priority;
import io.forgemcp.gateway.service.WireProtocol;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contradictions between files: each is found with both places, and the value in use is named. */
class ConflictTest {
    @TempDir
    Path project;

    private ConfigurationDirectory files;

    @BeforeEach
    void prepare() {
        files = new ConfigurationDirectory(project);
    }

    @Test
    void theSmallerOfTwoMemoryCapsAndCoreCapsIsUsed() {
        files.write(
                "scaling-policies.yml", "global_settings:\n  system_limits: {max_memory_gb: 8, max_cpu_cores: 4}\n");
        files.write("resource-limits.yml", "system_limits: {max_memory_gb: 4, max_cpu_cores: 2}\n");

        assertThat(warnings())
                .containsExactly(
                        "resource-limits.yml:1:32: The memory of the whole system is 4GB here, but 8GB in"
                                + " scaling-policies.yml:2 (global_settings.system_limits.max_memory_gb). 4GB is used."
                                + " Write the same in each place.",
                        "resource-limits.yml:1:50: The number of processor cores of the whole system is 2.0 here, but"
                                + " 4.0 in scaling-policies.yml:2 (global_settings.system_limits.max_cpu_cores). 2.0 is"
                                + " used. Write the same in each place.");
        assertThat(files.load().configuration().limits().memory()).isEqualTo(DataSize.parse("4GB", ""));
        assertThat(files.load().configuration().limits().cpuCores()).isEqualTo(2);
    }

    @Test
    void theSmallestOfThreeLimitsOfConcurrentServicesIsUsed() {
        files.write("scaling-policies.yml", "global_settings:\n  max_concurrent_services: 10\n");
        files.write("resource-limits.yml", """
                system_limits:
                  max_total_services: 20
                scaling_constraints:
                  max_concurrent: {lightweight: 12, standard: 6, intensive: 3, heavy: 2}
                """);

        assertThat(warnings())
                .containsExactly("scaling-policies.yml:2:28: The number of services awake at once is 10 here, but 20 in"
                        + " resource-limits.yml:2 (system_limits.max_total_services) and 23 in resource-limits.yml:4"
                        + " (scaling_constraints.max_concurrent). 10 is used. Write the same in each place.");
        assertThat(files.load().configuration().limits().concurrentServices()).isEqualTo(10);
    }

    @Test
    void theScalingPoliciesDecideTheCooldown() {
        files.write("scaling-policies.yml", "global_settings: {cooldown_period: 60}\n");
        files.write("resource-limits.yml", "scaling_constraints: {auto_scale: {cooldown_period: 45}}\n");

        assertThat(warnings())
                .singleElement()
                .asString()
                .contains("The cooldown period is 1m here, but 45s in resource-limits.yml:1")
                .contains("1m is used");
        assertThat(files.load().configuration().limits().cooldown()).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void servicesThatDeclareMoreMemoryThanTheBudgetAreReportedWithTheSum() {
        files.write("services.yml", """
                services:
                  a: {command: [x], resources: {memory: 2GB}}
                  b: {command: [x], resources: {memory: 1GB}}
                """);
        files.write("resource-limits.yml", "system_limits: {available_for_dynamic: {memory_gb: 2.5}}\n");

        assertThat(warnings())
                .containsExactly("services.yml:1:1: All services together declare 3072 MB of memory, but"
                        + " resource-limits.yml:1 leaves 2.5GB for them. The budget is used: they cannot all be awake"
                        + " at once.");
        assertThat(files.load().configuration().limits().serviceMemory()).isEqualTo(DataSize.parse("2.5GB", ""));
    }

    @Test
    void aServiceThatNeedsMoreThanTheBudgetOfAllIsReported() {
        files.write("services.yml", """
                services:
                  a: {command: [x], resources: {memory: 3GB}}
                  b: {command: [x], resources: {memory: 3GB, memory_reservation: 1GB}}
                """);
        files.write("resource-limits.yml", "system_limits: {available_for_dynamic: {memory_gb: 2.5}}\n");

        assertThat(warnings())
                .contains("services.yml:2:41: The service needs 3GB, and all services"
                        + " together may use 2.5GB (resource-limits.yml:1): it is never started. Lower it here, or"
                        + " raise the limit.")
                .noneMatch(warning -> warning.startsWith("services.yml:3"));
    }

    @Test
    void aServiceAboveItsCategoryGetsWhatTheCategoryAllows() {
        files.write("services.yml", """
                services:
                  a:
                    command: [x]
                    resources: {memory: 256MB, cpu: 0.25, memory_reservation: 200MB}
                """);
        files.write("resource-limits.yml", """
                service_limits:
                  small: {max_memory_mb: 192, max_cpu_cores: 0.2, max_pids: 15, memory_swap_mb: 288}
                service_categories:
                  a: small
                """);

        assertThat(warnings())
                .containsExactly(
                        "services.yml:4:5: memory 256MB is more than 192MB and cpu 0.25 is more than 0.2, which"
                                + " the category small allows (resource-limits.yml:2). The category's value is used. Lower it"
                                + " here, or choose another category.");
        assertThat(files.service("a").resources().memoryBytes()).isEqualTo(192L << 20);
        assertThat(files.service("a").resources().cpuCores()).isEqualTo(0.2);
        assertThat(files.service("a").resources().memoryReservationBytes()).isEqualTo(192L << 20);
        assertThat(files.service("a").resources().swapBytes()).isEqualTo(288L << 20);
        assertThat(files.service("a").resources().maxPids()).isEqualTo(15);
    }

    @Test
    void servicesWithoutPolicyCategoryAndPriorityAreNamedAndCounted() {
        files.write("services.yml", """
                services:
                  known: {command: [x]}
                  stranger: {command: [x]}
                """);
        files.write("scaling-policies.yml", "service_policies: {known: default}\n");
        files.write("resource-limits.yml", """
                service_categories: {known: standard}
                qos: {service_priorities: {known: normal}}
                """);

        assertThat(warnings())
                .containsExactly(
                        "services.yml:1:1: 2 services are defined here, but scaling-policies.yml:1 knows 1 of them. All"
                                + " 2 are used.",
                        "services.yml:3:3: The service has no policy in scaling-policies.yml, no category in"
                                + " resource-limits.yml, no qos priority in resource-limits.yml. The policy default, no"
                                + " ceiling and its own priority are used. Add what is missing.");
        assertThat(files.service("stranger").policy()).isEqualTo("default");
        assertThat(files.service("stranger").category()).isNull();
        assertThat(files.service("known").category()).isEqualTo("standard");
    }

    @Test
    void aServiceOnThePortOfTheAdminUiIsFoundWhetherThePortIsUsedOrNot() {
        files.write("services.yml", """
                services:
                  wrapped: {command: [python3, -m, forge.translate, --stdio, "npx x", --port, "8026"], port: 8026}
                  listening: {command: [x], transport: streamable-http, port: 8026}
                """);

        assertThat(files.load().findings().stream()
                        .filter(finding -> finding.keyPath().endsWith(".port"))
                        .map(this::text))
                .containsExactly(
                        "services.yml:2:94: 8026 is the port of the admin UI (FORGE_UI_PORT). The service speaks stdio,"
                                + " so its port is not used. Remove it.",
                        "services.yml:3:63: 8026 is also the port of wrapped (services.yml:2). Choose another port, or 0"
                                + " for any free one.",
                        "services.yml:3:63: 8026 is the port of the admin UI (FORGE_UI_PORT). Choose another port, or 0"
                                + " for any free one.");
    }

    @Test
    void theListenersPortsAreThoseOfTheEnvironment() {
        files.variable("FORGE_UI_PORT", "9999");
        files.write("services.yml", "services:\n  a: {command: [x], transport: sse, port: 8026}\n");

        assertThat(files.load().findings()).isEmpty();
    }

    @Test
    void theIdleTimeoutOfTheServiceComesBeforeThatOfItsClassAndItsPolicy() {
        files.write("services.yml", """
                services:
                  a: {command: [x], sleep_policy: {idle_timeout: 600}}
                  b: {command: [x]}
                  c: {command: [x]}
                  d: {command: [x]}
                """);
        files.write("scaling-policies.yml", """
                policies:
                  quick: {idle_timeout: 300}
                service_policies: {a: quick, b: quick, c: quick, d: default}
                """);
        files.write("sleep-policies/default.yaml", """
                global_settings: {default_idle_timeout: 400}
                service_classes:
                  some: {idle_timeout: 500, min_sleep_time: 7, services: [b]}
                """);

        assertThat(warnings())
                .containsExactly(
                        "services.yml:2:50: The idle timeout of a is 10m here, but 5m in scaling-policies.yml:2"
                                + " (policies.quick.idle_timeout). 10m is used. Write the same in each place.",
                        "sleep-policies/default.yaml:3:24: The idle timeout of b is 500s here, but 5m in"
                                + " scaling-policies.yml:2 (policies.quick.idle_timeout). 500s is used. Write the same"
                                + " in each place.");
        assertThat(files.service("a").sleepPolicy().idleTimeout()).isEqualTo(Duration.ofSeconds(600));
        assertThat(files.service("b").sleepPolicy().idleTimeout()).isEqualTo(Duration.ofSeconds(500));
        assertThat(files.service("b").sleepPolicy().minSleepTime()).isEqualTo(Duration.ofSeconds(7));
        assertThat(files.service("c").sleepPolicy().idleTimeout()).isEqualTo(Duration.ofSeconds(300));
        assertThat(files.service("d").sleepPolicy().idleTimeout()).isEqualTo(Duration.ofSeconds(300));
    }

    @Test
    void theGlobalIdleTimeoutIsForServicesThatNobodyMentions() {
        files.write("services.yml", "services:\n  a: {command: [x]}\n");
        files.write("sleep-policies/default.yaml", "global_settings: {default_idle_timeout: 400, min_sleep_time: 9}\n");

        assertThat(files.service("a").sleepPolicy().idleTimeout()).isEqualTo(Duration.ofSeconds(400));
        assertThat(files.service("a").sleepPolicy().minSleepTime()).isEqualTo(Duration.ofSeconds(9));
    }

    @Test
    void prioritiesComeFromServicesThenWakeThenQosThenClass() {
        files.write("services.yml", """
                services:
                  a: {command: [x], sleep_policy: {priority: critical}}
                  b: {command: [x]}
                  c: {command: [x]}
                  d: {command: [x]}
                  e: {command: [x]}
                """);
        files.write("sleep_settings.yml", "wake_priorities: {high: [a, b]}\n");
        files.write("resource-limits.yml", "qos: {service_priorities: {a: low, b: low, c: low, d: high, e: normal}}\n");
        files.write("sleep-policies/default.yaml", "service_classes:\n  x: {priority: critical, services: [c]}\n");

        assertThat(List.of("a", "b", "c", "d", "e"))
                .extracting(name -> files.service(name).priority())
                .containsExactly(Priority.CRITICAL, Priority.HIGH, Priority.LOW, Priority.HIGH, Priority.NORMAL);
        assertThat(warnings())
                .containsExactly(
                        "resource-limits.yml:1:47: The priority of c is low here, but critical in"
                                + " sleep-policies/default.yaml:2 (service_classes.x.priority). low is used. Write the"
                                + " same in each place.",
                        "services.yml:2:46: The priority of a is critical here, but high in sleep_settings.yml:1"
                                + " (wake_priorities.high[0]) and low in resource-limits.yml:1"
                                + " (qos.service_priorities.a). critical is used. Write the same in each place.",
                        "sleep_settings.yml:1:29: The priority of b is high here, but low in resource-limits.yml:1"
                                + " (qos.service_priorities.b). high is used. Write the same in each place.");
    }

    @Test
    void bothNestingsOfTheWakePrioritiesAreRead() {
        files.write("services.yml", "services:\n  a: {command: [x]}\n");
        files.write("sleep_settings.yml", "sleep_settings:\n  wake_priorities: {low: [a]}\n");

        assertThat(files.service("a").priority()).isEqualTo(Priority.LOW);
    }

    @Test
    void aRegistrationOfAServiceThatDoesNotExistIsReportedAndUsedAsAServerElsewhere() {
        files.write("services.yml", "services:\n  known: {command: [x]}\n");
        files.write("gateways.txt", "known|http://known:8013/sse|SSE\nghost|http://ghost:8026/sse|SSE\n");

        assertThat(warnings())
                .containsExactly("gateways.txt:2:1: The row registers a service \"ghost\" that does not exist in"
                        + " services.yml. It is used as a server elsewhere: its tools are missing until a host of that"
                        + " name answers. Define the service or remove the row.");
        assertThat(files.load().configuration().services()).hasSize(2);
        assertThat(files.service("ghost").wire()).isEqualTo(WireProtocol.SSE);
    }

    @Test
    void wakeTimeTargetsThatDisagreeAreReported() {
        files.write("resource-limits.yml", "efficiency_targets: {wake_time_targets: {high_priority: 0.1}}\n");
        files.write("monitoring.yml", "performance_targets: {wake_time: {high_priority: 0.05}}\n");

        assertThat(warnings()).singleElement().asString().contains("100ms here, but 50ms in monitoring.yml:1");
    }

    @Test
    void namesThatOnlyOneFileKnowsAreReported() {
        files.write("services.yml", "services:\n  a: {command: [x]}\n");
        files.write("scaling-policies.yml", "service_policies: {a: default, ghost: default}\n");

        assertThat(warnings())
                .containsExactly("scaling-policies.yml:1:1: Not defined in services.yml: ghost. What is said about them"
                        + " here has no effect. Define them or remove them here.");
    }

    @Test
    void aPolicyOrCategoryThatDoesNotExistIsAnErrorWithTheNearestName() {
        files.write("services.yml", "services:\n  a: {command: [x]}\n");
        files.write("scaling-policies.yml", "service_policies: {a: databse}\n");
        files.write("resource-limits.yml", "service_categories: {a: lightwieght}\n");

        assertThat(files.load().findings(Finding.Severity.ERROR))
                .extracting(this::text)
                .containsExactly(
                        "resource-limits.yml:1:25: There is no category \"lightwieght\". Did you mean \"lightweight\"?"
                                + " The service has no ceiling.",
                        "scaling-policies.yml:1:23: There is no policy \"databse\". Did you mean \"database\"? The"
                                + " service has the policy default.");
    }

    private List<String> warnings() {
        return files.load().findings(Finding.Severity.WARNING).stream()
                .map(this::text)
                .toList();
    }

    private String text(Finding finding) {
        String directory = project.resolve("config") + "/";
        return finding.file().replace(directory, "") + ":" + finding.line() + ":" + finding.column() + ": "
                + finding.message().replace(directory, "");
    }
}
